-- Reads the entries behind a position, after removing what is too old or consumed for long enough.
-- KEYS[1] log (stream)   KEYS[2] meta (hash)
-- ARGV[1] after          ARGV[2] most entries    ARGV[3] most bytes
-- ARGV[4] retention age in µs                    ARGV[5] grace in µs   ARGV[6] device expiry in µs
-- Returns tail, removed, consumed, membership version, and the entries as XRANGE gives them
local log, meta = KEYS[1], KEYS[2]
local max_entries, max_bytes = tonumber(ARGV[2]), tonumber(ARGV[3])
local now = micros()
local state = call('HMGET', meta, 't', 'c', 'v', 'g', 'd')
trim(log, meta, now - tonumber(ARGV[4]), state[4], state[5], now, tonumber(ARGV[5]), tonumber(ARGV[6]))
local tail = state[1] or zero

-- What the oldest entry follows is the last one removed; a log without entries was removed up to its tail.
local oldest = call('XRANGE', log, '-', '+', 'COUNT', 1)
local removed = oldest[1] and oldest[1][2][2] or tail

local entries, bytes, from = {}, 0, '(' .. ARGV[1] .. '-0'
while #entries < max_entries and bytes < max_bytes do
  local some = call('XRANGE', log, from, '+', 'COUNT', math.min(16, max_entries - #entries))
  if #some == 0 then break end
  for _, entry in ipairs(some) do
    if bytes >= max_bytes then break end
    entries[#entries + 1] = entry
    -- The content says its two lengths in eight bytes.
    bytes = bytes + #entry[2][4] - 8
  end
  from = '(' .. some[#some][1]
end
return { tail, removed, state[2] or zero, state[3] or '0', entries }
