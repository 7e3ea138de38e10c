-- Adds a user to a group, reading from the current tail of its log; changes nothing if the user is already a member.
-- KEYS[1] members (hash)   KEYS[2] meta of the group (hash)
-- ARGV[1] user
local tail = call('HGET', KEYS[2], 't') or zero
if not position(tail) then return redis.error_reply('ERR user_script: the tail is no position') end
return call('HSETNX', KEYS[1], ARGV[1], tail)
