-- Takes messages that are visible, in the order of RSMQ, and hides them: what receiveMessage does, for several at a time.
-- KEYS: 1 the sorted set of the queue, 2 its hash
-- ARGV: 1 the most messages, 2 the bytes at which the batch ends, 3 for how long they are hidden, in milliseconds
-- Returns until when they are hidden, and of each message its id, content and number of receives.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local hidden = now + ARGV[3]
local batch, bytes = {}, 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])) do
  redis.call('ZADD', KEYS[1], hidden, id)
  redis.call('HSETNX', KEYS[2], id .. ':fr', now)
  local content = redis.call('HGET', KEYS[2], id)
  batch[#batch + 1] = { id, content, redis.call('HINCRBY', KEYS[2], id .. ':rc', 1) }
  bytes = bytes + #(content or '')
  if bytes >= tonumber(ARGV[2]) then break end
end
if #batch > 0 then redis.call('HINCRBY', KEYS[2], 'totalrecv', #batch) end
return { hidden, batch }
