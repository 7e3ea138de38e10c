-- Returns which messages of a range were acknowledged by a device, and are for any device of their user.
-- KEYS[1] acknowledged messages (sorted set: position)   ARGV[1] first position   ARGV[2] last position
return redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], ARGV[2])
