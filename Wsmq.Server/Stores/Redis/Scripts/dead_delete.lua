-- Deletes a dead letter.
-- flags: allow-oom
-- KEYS[1] dead letters (hash)   KEYS[2] places (sorted set)   ARGV[1] place (position:device)
local dead, places, place = KEYS[1], KEYS[2], ARGV[1]
redis.call('ZREM', places, place)
redis.call('HDEL', dead, 'b')
return redis.call('HDEL', dead, 'i' .. place, 'e' .. place)
