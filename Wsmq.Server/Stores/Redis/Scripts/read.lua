-- Reads the entries after a position, after removing entries that are too old or whose grace after consumption is over.
-- uses: journal
-- flags: allow-oom
-- KEYS[1] log (stream)   KEYS[2] meta (hash)   KEYS[3] states of the active addresses of the lane (hash)   KEYS[4] temporary key
-- ARGV[1] after          ARGV[2] most entries    ARGV[3] most bytes
-- ARGV[4] device expiry in µs
-- ARGV[5] name of the address, after its length in two bytes   ARGV[6 … 8] retention count, age in µs, bytes   ARGV[9] grace in µs
-- Returns tail, removed, consumed, membership version, and the entries as XRANGE returns them; in place of neighbours that have expired and were
-- removed one with the position of the last one, and the field g, the position before the first one
local log, meta, rules = KEYS[1], KEYS[2], rules_of(unpack(ARGV, 6, 8))
local now = micros()
local active, name, max_entries, max_bytes = KEYS[3], ARGV[5], tonumber(ARGV[2]), math.max(tonumber(ARGV[3]), 1)
local state, present

local function remove_due()
  state = call('HMGET', meta, 't', 'c', 'v', 'g', 'd', 'b', 'm', 'h')
  trim(log, meta, now - rules.age, state[4], state[5], state[8], now, tonumber(ARGV[9]), tonumber(ARGV[4]))
end

-- The page of a reader that is a little behind: what it lacks stays in journals. Nil if it lacks more.
local function newest(after)
  present = active_of(active, name)
  if not present or present.tail <= present.base or after < present.base then return nil end
  local found, is_all = journaled(active, present, after, 16)
  if not is_all then return nil end
  local entries, bytes = {}, 0
  for f = #found, 1, -1 do
    if #entries >= max_entries or bytes >= max_bytes then break end
    local last = each_message(active, found[f], function(at, before, content)
      if at <= after or #entries >= max_entries or bytes >= max_bytes then return end
      entries[#entries + 1], bytes = { at .. '-0', { 'p', before, 'e', content } }, bytes + #content - 8
    end)
    if not last then return nil end
  end
  remove_due()
  return { present.tail, removed_of(log, present.base, state[8], state[2] or zero), state[2] or zero, state[3] or '0', entries }
end
local page = newest(digits(tonumber(ARGV[1])))
if page then return page end

present = settled(active, name, log, meta, rules, now)
remove_due()
local tail = present and present.tail or state[1] or zero

local removed = removed_of(log, tail, state[8], state[2] or zero)

-- IDs that do not end in -0, fields before p and e, and entries past the tail are foreign data. Fields after p and e are dropped: a
-- newer version of wsmq may have added them.
local last = '-18446744073709551615'
local function content_of(entry)
  local fields = entry[2]
  if fields[1] ~= 'p' or fields[3] ~= 'e' then
    entry[2] = {}
    return 0
  end
  if #fields > 4 then entry[2] = { 'p', fields[2], 'e', fields[4] } end
  -- The content begins with its two lengths, eight bytes.
  return #fields[4] - 8
end

-- After what is removed: before that there may be ranges of no use.
local after = digits(tonumber(ARGV[1]))
if after < removed then after = removed end
local ranges = state[8] and state[8] > after and gone_after(log, after, max_entries) or {}

-- A command's reply is copied several times (about 10 ms per MiB), even if only part of it is used: read so few entries at a time that
-- a reply is at most half a MiB, given the bytes in the log. If no mark was ever set, field b holds all counted bytes.
local at_once = 2
local counted = not state[7] and (state[6] and tonumber(state[6]) or not state[6] and 0)
if counted and counted < 262144 then at_once = math.max(2, math.min(64, math.floor((524288 - counted) / rules.small))) end

local entries, bytes, from, to = {}, 0, '(' .. ARGV[1] .. last, tail .. last
local function add_range(through)
  if ranges[through] then entries[#entries + 1] = { through .. '-0', { 'g', ranges[through] } } end
end

local is_all = false
while #entries < max_entries and bytes < max_bytes do
  local some = call('XRANGE', log, from, to, 'COUNT', math.min(at_once, max_entries - #entries))
  is_all = #some == 0
  if is_all then break end
  for _, entry in ipairs(some) do
    if #entries >= max_entries or bytes >= max_bytes then break end
    add_range(entry[2][2])
    if #entries >= max_entries then break end
    entries[#entries + 1] = entry
    bytes = bytes + content_of(entry)
  end
  from = '(' .. some[#some][1]
end
if is_all then add_range(tail) end
return { tail, removed, state[2] or zero, state[3] or '0', entries }
