-- Ends a membership, deletes the cursors of the user's devices in the group, and tells the nodes that read the group.
-- KEYS[1] members (hash)   KEYS[2] cursors of the user in the group (hash)   KEYS[3] meta of the group (hash)
-- ARGV[1] user             ARGV[2] PUBLISH or SPUBLISH   ARGV[3] channel of a node, without the node   ARGV[4] the signal
redis.call('DEL', KEYS[2])
tell(KEYS[3], ARGV[2], ARGV[3], ARGV[4])
return redis.call('HDEL', KEYS[1], ARGV[1])
