-- Notes a membership in the user's list of groups, and tells the nodes that hold connections of the user.
-- KEYS[1] groups of the user (set)   KEYS[2] meta of the user (hash)   KEYS[3] channel of the user
-- ARGV[1] SADD or SREM   ARGV[2] group   ARGV[3] PUBLISH or SPUBLISH
redis.call(ARGV[1], KEYS[1], ARGV[2])
redis.call('HINCRBY', KEYS[2], 'v', 1)
return redis.call(ARGV[3], KEYS[3], 'M')
