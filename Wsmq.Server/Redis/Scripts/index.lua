-- Updates the user's index of groups, and notifies the nodes that have connections of the user.
-- KEYS[1] groups of the user (set)   KEYS[2] meta of the user (hash)
-- ARGV[1] SADD or SREM   ARGV[2] group
-- ARGV[3] 1 if the group's members changed. Notifies then even if the index is already correct, as after an earlier change that was
--         interrupted between the two writes
-- ARGV[4] PUBLISH or SPUBLISH   ARGV[5] prefix of a node's channel   ARGV[6] the signal
if redis.call(ARGV[1], KEYS[1], ARGV[2]) == 0 and ARGV[3] == '0' then return 0 end
redis.call('HINCRBY', KEYS[2], 'v', 1)
tell(KEYS[2], ARGV[4], ARGV[5], ARGV[6])
return 1
