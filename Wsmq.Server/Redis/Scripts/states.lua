-- Where logs begin and end.
-- KEYS[1 + 2 i …] of log i: log (stream), meta (hash)
-- Returns tail, removed, consumed and membership version of every log
local zero = '0000000000000000'
local results = {}
for i = 1, #KEYS, 2 do
  local state = redis.call('HMGET', KEYS[i + 1], 't', 'c', 'v')
  local oldest = redis.call('XRANGE', KEYS[i], '-', '+', 'COUNT', 1)
  local tail = state[1] or zero
  results[#results + 1] = tail
  results[#results + 1] = oldest[1] and oldest[1][2][2] or tail
  results[#results + 1] = state[2] or zero
  results[#results + 1] = state[3] or '0'
end
return results
