-- Adds a user to a group, reading from the current tail of its log; changes nothing if the user is already a member.
-- uses: prelude
-- KEYS[1] members (hash)   KEYS[2] meta of the group (hash)
-- ARGV[1] user
local members, meta, user = KEYS[1], KEYS[2], ARGV[1]
local tail = call('HGET', meta, 't') or zero
if not position(tail) then return redis.error_reply('ERR user_script: the tail is no position') end
return call('HSETNX', members, user, tail)
