-- Deletes a dead letter.
-- KEYS[1] dead letters (hash)   KEYS[2] places (sorted set)   ARGV[1] place (position:device)
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[1], 'b')
return redis.call('HDEL', KEYS[1], 'i' .. ARGV[1], 'e' .. ARGV[1])
