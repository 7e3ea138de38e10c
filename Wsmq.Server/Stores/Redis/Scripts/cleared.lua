-- Returns which messages of a range were acknowledged by a device, and are for any device of their user.
-- KEYS[1] acknowledged messages (sorted set: position)   ARGV[1] first position   ARGV[2] last position
-- A foreign key in its place has none.
local found = redis.pcall('ZRANGEBYSCORE', KEYS[1], ARGV[1], ARGV[2])
return found.err and {} or found
