-- Returns the figures of an address.
-- uses: retention
-- KEYS[1] log (stream); of a work queue its jobs (hash)   KEYS[2] meta (hash)
-- ARGV[1] 1 for a work queue   ARGV[2] 1 to find the last removed position as well, for which the oldest entry is read
-- Returns tail, last removed position, number of entries and bytes; nil if the address does not exist
local log, meta = KEYS[1], KEYS[2]
local state = call('HMGET', meta, 't', 'b')
local tail = state[1] or zero
if ARGV[1] == '1' then
  return state[1] and { tail, zero, call('HLEN', log), tonumber(state[2] or '0') }
end
if not state[1] and call('EXISTS', meta) == 0 then return nil end
return { tail, ARGV[2] == '1' and removed_of(log, tail) or zero, call('XLEN', log), call('MEMORY', 'USAGE', log, 'SAMPLES', 5) or 0 }
