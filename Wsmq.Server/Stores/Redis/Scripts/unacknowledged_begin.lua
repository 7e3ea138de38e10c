-- Begins an attempt to tell of an address that this node has taken, see unacknowledged_note.lua: prolongs the lease, and counts the attempt.
-- uses: prelude
-- flags: allow-oom
-- KEYS[1] when addresses are due (sorted set)   KEYS[2] from where on (hash)
-- ARGV[1] name of the address, after its length in two bytes   ARGV[2] end of the lease   ARGV[3] new lease, µs
-- Returns the lease's new end and the address's value in the hash; nothing if another node has taken it
local due, from, name = KEYS[1], KEYS[2], ARGV[1]
local taken = call('ZSCORE', due, name)
if not taken or digits(tonumber(taken)) ~= ARGV[2] then return {} end
-- Later in any case: it names the lease.
local lease = digits(math.max(micros(), tonumber(ARGV[2])) + tonumber(ARGV[3]))
local value = call('HGET', from, name) or zero
value = string.sub(value, 1, 16) .. string.format('%.0f', (tonumber(string.sub(value, 17)) or 0) + 1)
call('ZADD', due, 'XX', lease, name)
call('HSET', from, name, value)
return { lease, value }
