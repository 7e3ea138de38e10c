-- Removes a message that waits.
-- uses: delayed
-- flags: allow-oom
-- KEYS[1] states of the active addresses of the lane (hash)   KEYS[2] temporary key, which names the slot while it moves
-- ARGV[1] hash of its sender, address and id
-- Returns 1, or 0 if it does not wait
local _, _, ids = delayed_keys(KEYS[1])
local key = call('HGET', ids, ARGV[1])
if not key then return 0 end
delayed_remove(KEYS[1], key)
call('HDEL', ids, ARGV[1])
return 1
