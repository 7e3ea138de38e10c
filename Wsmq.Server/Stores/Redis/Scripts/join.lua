-- Adds a user to a group, reading from the current tail of its log, or from an earlier position; changes nothing if the user is already a member.
-- uses: prelude
-- KEYS[1] members (hash)   KEYS[2] meta of the group (hash)
-- ARGV[1] user             ARGV[2] the position; empty for the tail
-- Returns 1 if the user was added, 0 for a member, 2 if the position is past the tail
local members, meta, user, from = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local tail = call('HGET', meta, 't') or zero
if not position(tail) then return redis.error_reply('ERR user_script: the tail is no position') end
if from > tail then return call('HEXISTS', members, user) == 1 and 0 or 2 end
return call('HSETNX', members, user, from ~= '' and from or tail)
