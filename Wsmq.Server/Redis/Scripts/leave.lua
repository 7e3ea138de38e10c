-- Ends a membership, deletes what the user's devices left in the group, and tells the nodes that read the group.
-- KEYS[1] members (hash)   KEYS[2] cursors of the user in the group (hash)   KEYS[3] meta of the group (hash)
-- KEYS[4] and [5] what was set aside there for the user (hash, sorted set)
-- ARGV[1] user             ARGV[2] PUBLISH or SPUBLISH   ARGV[3] channel of a node, without the node   ARGV[4] the signal
redis.call('UNLINK', KEYS[2], KEYS[4], KEYS[5])
tell(KEYS[3], ARGV[2], ARGV[3], ARGV[4])
return redis.call('HDEL', KEYS[1], ARGV[1])
