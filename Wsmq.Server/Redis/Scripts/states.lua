-- Where logs begin and end. Asked for its readers now and then: heals what was forgotten, and lets go what is consumed.
-- KEYS[1]              lease of the asking node
-- KEYS[2 + 2 i …]      of log i: log (stream), meta (hash)
-- ARGV[1] node         ARGV[2] how long its lease is, ms
-- ARGV[3] grace in µs  ARGV[4] of every log 1 where the node has readers of it, else 0
-- Returns tail, removed, consumed and membership version of every log
local node, grace, present = ARGV[1], tonumber(ARGV[3]), ARGV[4]

-- A server that is full or takes no writes for now still says where its logs end.
local first = string.find(present, '1', 1, true)
local writable = first and not redis.pcall('SET', KEYS[1], '1', 'PX', ARGV[2]).err

local results = {}
for i = 1, #present do
  local log, meta = KEYS[2 * i], KEYS[2 * i + 1]
  local state = call('HMGET', meta, 't', 'c', 'v', 'n', 'x')
  local tail, consumed = state[1] or zero, state[2] or zero
  if writable and string.byte(present, i) == 49 then
    note(meta, state[4] or '', node)
    if state[5] and consumed >= tail then retire(log, meta, grace) end
  end
  local oldest = call('XRANGE', log, '-', '+', 'COUNT', 1)
  results[#results + 1] = tail
  results[#results + 1] = oldest[1] and oldest[1][2][2] or tail
  results[#results + 1] = consumed
  results[#results + 1] = state[3] or '0'
end
return results
