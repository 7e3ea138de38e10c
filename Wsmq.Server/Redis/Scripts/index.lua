-- Notes a membership in the user's list of groups, and tells the nodes that hold connections of the user.
-- KEYS[1] groups of the user (set)   KEYS[2] meta of the user (hash)
-- ARGV[1] SADD or SREM   ARGV[2] group
-- ARGV[3] 1 where the truth changed: an earlier change that stopped half way may have left the list as it is to be
-- ARGV[4] PUBLISH or SPUBLISH   ARGV[5] channel of a node, without the node   ARGV[6] the signal
if redis.call(ARGV[1], KEYS[1], ARGV[2]) == 0 and ARGV[3] == '0' then return 0 end
redis.call('HINCRBY', KEYS[2], 'v', 1)
tell(KEYS[2], ARGV[4], ARGV[5], ARGV[6])
return 1
