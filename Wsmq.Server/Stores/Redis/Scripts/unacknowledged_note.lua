-- Notes addresses of a lane that a message was stored for of which a hook is told unless it is acknowledged in time: unacknowledged (sorted
-- set: name -> when it is due, or until when a node has taken it, µs) and unacknowledged:from (hash: name -> position after which there is
-- something to tell, and how many attempts have begun). One that is noted already stays as it is.
-- Called by append_usual.lua as well, and therefore without prelude.lua.
-- lane: prefix of the keys of the lane; names, befores: the addresses, and the tail of each before this batch; due: 16 digits
local function note_unacknowledged(lane, names, befores, due)
  if #names == 0 then return end
  local places = lane .. 'unacknowledged:from'
  local known, from, times, n = redis.call('HMGET', places, unpack(names)), {}, {}, 0
  for i = 1, #names do
    if not known[i] then
      from[n + 1], from[n + 2], times[n + 1], times[n + 2] = names[i], befores[i], due, names[i]
      n = n + 2
    end
  end
  if n == 0 then return end
  redis.call('HSET', places, unpack(from))
  redis.call('ZADD', lane .. 'unacknowledged', unpack(times))
end
