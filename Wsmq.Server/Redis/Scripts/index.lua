-- Notes a membership in the user's list of groups, and tells the nodes that hold connections of the user.
-- KEYS[1] groups of the user (set)   KEYS[2] meta of the user (hash)   KEYS[3] channel of the user
-- ARGV[1] SADD or SREM   ARGV[2] group   ARGV[3] PUBLISH or SPUBLISH
-- ARGV[4] 1 where the truth changed: an earlier change that stopped half way may have left the list as it is to be
if redis.call(ARGV[1], KEYS[1], ARGV[2]) == 0 and ARGV[4] == '0' then return 0 end
redis.call('HINCRBY', KEYS[2], 'v', 1)
redis.call(ARGV[3], KEYS[3], 'M')
return 1
