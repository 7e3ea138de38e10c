-- Reads the beginnings of entries. Removes nothing: what is due to be removed is read as long as it is stored.
-- uses: journal, beginnings
-- flags: allow-oom
-- KEYS[1] log (stream)   KEYS[2] meta (hash)   KEYS[3] states of the active addresses of the lane (hash)   KEYS[4] temporary key
-- ARGV[1] only after this position   ARGV[2] only before this one   ARGV[3] 1 to begin with the newest entry
-- ARGV[4] most entries   ARGV[5] most bytes of entries to look at   ARGV[6] most bytes of each body, or -1 for the positions alone
-- ARGV[7] name of the address, after its length in two bytes   ARGV[8 … 10] retention count, age in µs, bytes
-- Returns tail, removed, consumed, 1 if there may be more, and for each entry: ID, size of its content (-1 if it is foreign), beginning,
-- position of the entry before it
local log, meta = KEYS[1], KEYS[2]
local newest, most, most_bytes, body = ARGV[3] == '1', tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local present = settled(KEYS[3], ARGV[7], log, meta, rules_of(unpack(ARGV, 8, 10)), micros())
local state = call('HMGET', meta, 't', 'c', 'h')
local tail, last = present and present.tail or state[1] or zero, '-18446744073709551615'
local from = '(' .. ARGV[1] .. last
local to = ARGV[2] > tail and tail .. last or '(' .. ARGV[2] .. '-0'

-- A reply is copied several times before any of it can be dropped: few entries at once, and the fewer, the larger the largest one was.
local entries, count, bytes, largest, more = {}, 0, 0, 131072, ARGV[1] < ARGV[2]
while more and count < most and bytes < most_bytes do
  local some = math.min(most - count, math.max(1, math.min(32, math.floor(262144 / largest))))
  local found = newest and call('XREVRANGE', log, to, from, 'COUNT', some) or not newest and call('XRANGE', log, from, to, 'COUNT', some)
  local taken = 0
  for _, entry in ipairs(found) do
    if bytes >= most_bytes then break end
    taken = taken + 1
    local fields, k = entry[2], 4 * count
    local content = fields[1] == 'p' and fields[3] == 'e' and fields[4]
    count, bytes = count + 1, bytes + #(content or '')
    largest = math.max(count == 1 and 0 or largest, #(content or ''), 1)
    entries[k + 1], entries[k + 2], entries[k + 3] = entry[1], content and #content or -1, content and body >= 0 and beginning(content, body) or ''
    entries[k + 4] = content and body >= 0 and fields[2] or ''
  end
  more = #found == some or taken < #found
  if more and newest then to = '(' .. found[taken][1] elseif more then from = '(' .. found[taken][1] end
end
return { tail, removed_of(log, tail, state[3], state[2] or zero), state[2] or zero, more and 1 or 0, entries }
