-- Lists the messages that wait for one address, in the order of their times.
-- uses: delayed, beginnings
-- flags: allow-oom
-- KEYS[1] states of the active addresses of the lane (hash)   KEYS[2] temporary key, which names the slot while it moves
-- ARGV[1] name of the address, after its length in two bytes   ARGV[2], ARGV[3] time and key of the last message of the page before, or
-- empty   ARGV[4] most messages   ARGV[5] bytes of records after which there is no further one   ARGV[6] most bytes of each body
-- Returns time and key of the last message, or two empty strings if there are no more, and for each message its key, when it is due, the
-- size of its content and its beginning
local due, messages = delayed_keys(KEYS[1])
local of, after, last = delayed_of(KEYS[1], ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local count = call('ZCARD', of)
local from, past = 0, after and count or 0

-- The first one after the last page, which may be gone itself: it is between from and past.
while from < past do
  local middle = math.floor((from + past) / 2)
  local key, time = unpack(call('ZRANGE', of, middle, middle, 'WITHSCORES'))
  local is_later = tonumber(time) > after or tonumber(time) == after and key > last
  if is_later then past = middle else from = middle + 1 end
end

-- One after the other: a record may be large.
local found, bytes, most = {}, 0, math.min(count, from + tonumber(ARGV[4]))
while from < most and bytes < tonumber(ARGV[5]) do
  after, from, last = nil, from + 1, nil
  local key, time = unpack(call('ZRANGE', of, from - 1, from - 1, 'WITHSCORES'))
  local record, at = call('HGET', messages, key) or '', call('ZSCORE', due, key)
  local content = string.sub(record, (select(2, delayed_name(record))))
  bytes, after, last = bytes + #record, time, key
  -- Without a time it waits no longer: another program has removed it.
  if at then
    local n = #found
    found[n + 1], found[n + 2], found[n + 3], found[n + 4] = key, digits(tonumber(at)), #content, beginning(content, tonumber(ARGV[6]))
  end
end

local is_last = from >= count
return { is_last and '' or digits(tonumber(after)), is_last and '' or last, found }
