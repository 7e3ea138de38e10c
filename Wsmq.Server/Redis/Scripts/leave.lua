-- Ends a membership and deletes the cursors of the user's devices in the group.
-- KEYS[1] members (hash)   KEYS[2] cursors of the user in the group (hash)
-- ARGV[1] user
redis.call('DEL', KEYS[2])
return redis.call('HDEL', KEYS[1], ARGV[1])
