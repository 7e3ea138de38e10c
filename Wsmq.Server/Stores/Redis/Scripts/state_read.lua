-- Reads the state of an address whose positions are in a range, in their order. Removes nothing.
-- uses: journal, state
-- flags: allow-oom
-- KEYS[1] log (stream)   KEYS[2] meta (hash)   KEYS[3] states of the active addresses of the lane (hash)
-- ARGV[1] after          ARGV[2] through       ARGV[3] most entries   ARGV[4] most bytes
-- ARGV[5] name of the address, after its length in two bytes; empty if it is never active
-- Returns tail, removed, consumed, membership version, and the entries in the form of XRANGE
local log, meta = KEYS[1], KEYS[2]
local max_entries, max_bytes = tonumber(ARGV[3]), math.max(tonumber(ARGV[4]), 1)
local saved, present = call('HMGET', meta, 't', 'c', 'v', 'h'), ARGV[5] ~= '' and active_of(KEYS[3], ARGV[5])
local tail = present and present.tail or saved[1] or zero
local removed = removed_of(log, present and present.base or tail, saved[4], saved[2] or zero)

local hash, places = state_keys(meta)
local entries, bytes, from = {}, 0, '(' .. ARGV[1]
while #entries < max_entries and bytes < max_bytes do
  -- Few at a time: a reply is copied, also what is not used of it.
  local some = call('ZRANGEBYSCORE', places, from, ARGV[2], 'WITHSCORES', 'LIMIT', 0, math.min(16, max_entries - #entries))
  if #some == 0 then break end
  for i = 1, #some, 2 do
    if bytes >= max_bytes then break end
    local content = call('HGET', hash, some[i])
    local at = digits(tonumber(some[i + 1]))
    entries[#entries + 1] = { at .. '-0', content and { 'p', zero, 'e', content } or {} }
    bytes, from = bytes + (content and #content - 8 or 0), '(' .. at
  end
end
return { tail, removed, saved[2] or zero, saved[3] or '0', entries }
