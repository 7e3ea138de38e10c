-- Removes a device of a member: its cursor in the group.
-- flags: allow-oom
-- KEYS[1] cursors of the user in the group (hash)
-- ARGV[1] device
-- Returns 1 if the device had a cursor, else 0
local cursors, device = KEYS[1], ARGV[1]
return redis.call('HDEL', cursors, device)
