-- The state of a queue.
-- uses: jobs
-- KEYS[1 … 16]  the queue, see jobs.lua
-- Returns now; numbers of ready, delayed, leased, retrying, blocked and dead jobs; since when the oldest ready one is visible (empty if
-- there is none); p, b, s, e, f, l, d, r and a of the meta ('0' for those that are missing)
local q = queue_of(1)
local oldest, ready = nil, 0
for _, set in ipairs({ q.ready['2'], q.ready['1'], q.ready['0'], q.suspects }) do
  local first = first_time(set)
  oldest, ready = first and math.min(first, oldest or first) or oldest, ready + call('ZCARD', set)
end
local result = { digits(micros()), ready }
for _, set in ipairs({ q.delayed, q.leased, q.retrying, q.blocked, q.deaths }) do result[#result + 1] = call('ZCARD', set) end
result[#result + 1] = oldest and digits(oldest) or ''
for _, field in ipairs(call('HMGET', q.meta, 'p', 'b', 's', 'e', 'f', 'l', 'd', 'r', 'a')) do result[#result + 1] = field or '0' end
return result
