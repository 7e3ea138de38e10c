-- Ends a membership, deletes the user's cursors and dead letters in the group, and notifies the nodes that read the group.
-- uses: interest_list, dead_letters
-- flags: allow-oom
-- KEYS[1] members (hash)   KEYS[2] cursors of the user in the group (hash)   KEYS[3] meta of the group (hash)
-- KEYS[4] and [5] dead letters of the user in the group (hash, sorted set)
-- KEYS[6] and [7] index and ends of the readers of the bucket with dead letters (sorted sets)
-- ARGV[1] user             ARGV[2] PUBLISH or SPUBLISH   ARGV[3] prefix of a node's channel   ARGV[4] the signal
-- ARGV[5] name of the reader
local members, cursors, meta, dead, places, index, ends = unpack(KEYS)
local user, publish, channel, signal, reader = unpack(ARGV)
call('UNLINK', cursors, dead, places)
forget_reader(index, ends, reader)
tell(meta, publish, channel, signal)
return call('HDEL', members, user)
