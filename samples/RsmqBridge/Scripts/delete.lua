-- Deletes messages. Also those that another bridge has received meanwhile: they are published, and its copy is a duplicate.
-- KEYS: 1 the sorted set of the queue, 2 its hash
-- ARGV: the ids
for _, id in ipairs(ARGV) do
  redis.call('ZREM', KEYS[1], id)
  redis.call('HDEL', KEYS[2], id, id .. ':rc', id .. ':fr')
end
