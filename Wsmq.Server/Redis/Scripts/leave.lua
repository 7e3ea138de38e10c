-- Ends a membership, deletes the cursors of the user's devices in the group, and tells the nodes that read the group.
-- KEYS[1] members (hash)   KEYS[2] cursors of the user in the group (hash)   KEYS[3] channel of the group
-- ARGV[1] user             ARGV[2] PUBLISH or SPUBLISH
redis.call('DEL', KEYS[2])
redis.call(ARGV[2], KEYS[3], 'L' .. ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])
