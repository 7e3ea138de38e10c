-- Updates the user's index of groups, and notifies the nodes that have connections of the user.
-- uses: interest_list, active
-- flags: allow-oom
-- KEYS[1] groups of the user (set)   KEYS[2] meta of the user (hash)
-- KEYS[3] states of the active addresses of the lane (hash)
-- ARGV[1] SADD or SREM   ARGV[2] group
-- ARGV[3] 1 if the group's members changed. Notifies then even if the index is already correct, as after an earlier change that was
--         interrupted between the two writes
-- ARGV[4] PUBLISH or SPUBLISH   ARGV[5] prefix of a node's channel   ARGV[6] the signal
-- ARGV[7] name of the user's address, after its length in two bytes
local groups, meta = KEYS[1], KEYS[2]
local command, group, changed, publish, channel, signal, name = unpack(ARGV)
if call(command, groups, group) == 0 and changed == '0' then return 0 end
call('HINCRBY', meta, 'v', 1)
local state = active_of(KEYS[3], name)
tell_nodes(state and state.nodes or whole(call('HGET', meta, 'n') or ''), publish, channel, signal)
return 1
