-- Returns the figures of an address.
-- uses: journal
-- flags: allow-oom
-- KEYS[1] log (stream); of a work queue its jobs (hash)   KEYS[2] meta (hash)
-- KEYS[3] states of the active addresses of the lane (hash)   KEYS[4] temporary key
-- ARGV[1] 1 for a work queue   ARGV[2] 1 to find the last removed position as well, for which the oldest entry is read
-- ARGV[3] name of the address, after its length in two bytes   ARGV[4 … 6] retention count, age in µs, bytes
-- Returns tail, last removed position, number of entries and bytes; nil if the address does not exist
local log, meta = KEYS[1], KEYS[2]
local state = call('HMGET', meta, 't', 'b', 'h', 'c')
if ARGV[1] == '1' then
  return state[1] and { state[1], zero, call('HLEN', log), tonumber(state[2] or '0') }
end
local present = settled(KEYS[3], ARGV[3], log, meta, rules_of(unpack(ARGV, 4, 6)), micros())
if not present and not state[1] and call('EXISTS', meta) == 0 then return nil end
local tail = present and present.tail or state[1] or zero
local removed = ARGV[2] == '1' and removed_of(log, tail, state[3], state[4] or zero) or zero
return { tail, removed, call('XLEN', log), call('MEMORY', 'USAGE', log, 'SAMPLES', 5) or 0 }
