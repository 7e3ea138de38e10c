-- Moves messages, with their ids, to the dead-letter queue. That is a queue of RSMQ, so that RSMQ's own tools can read it. A message that
-- was received again since, or deleted, is left alone.
-- KEYS: 1 the sorted set of the queue, 2 its hash, 3 and 4 those of the dead-letter queue, 5 the set of all queues
-- ARGV: 1 until when they are hidden, 2 the name of the dead-letter queue, 3 and later the ids
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, attribute in ipairs({ { 'vt', 30 }, { 'delay', 0 }, { 'maxsize', -1 }, { 'created', time[1] }, { 'modified', time[1] } }) do
  redis.call('HSETNX', KEYS[4], attribute[1], attribute[2])
end
redis.call('SADD', KEYS[5], ARGV[2])
for i = 3, #ARGV do
  local id = ARGV[i]
  if tonumber(redis.call('ZSCORE', KEYS[1], id) or -1) == tonumber(ARGV[1]) then
    redis.call('ZADD', KEYS[3], now, id)
    redis.call('HSET', KEYS[4], id, redis.call('HGET', KEYS[2], id) or '')
    redis.call('HINCRBY', KEYS[4], 'totalsent', 1)
    redis.call('ZREM', KEYS[1], id)
    redis.call('HDEL', KEYS[2], id, id .. ':rc', id .. ':fr')
  end
end
