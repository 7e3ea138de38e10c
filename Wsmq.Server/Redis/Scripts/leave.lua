-- Ends a membership, deletes the user's cursors and dead letters in the group, and notifies the nodes that read the group.
-- KEYS[1] members (hash)   KEYS[2] cursors of the user in the group (hash)   KEYS[3] meta of the group (hash)
-- KEYS[4] and [5] dead letters of the user in the group (hash, sorted set)
-- ARGV[1] user             ARGV[2] PUBLISH or SPUBLISH   ARGV[3] prefix of a node's channel   ARGV[4] the signal
redis.call('UNLINK', KEYS[2], KEYS[4], KEYS[5])
tell(KEYS[3], ARGV[2], ARGV[3], ARGV[4])
return redis.call('HDEL', KEYS[1], ARGV[1])
