-- Put in front of the scripts that remove entries; everything here takes µs. Positions and times are
-- kept as 16 digits, and compare as strings: that is cheaper than reading them as numbers.
local call, zero = redis.call, '0000000000000000'

local function digits(number) return string.format('%016.0f', number) end

local function micros()
  local time = call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- What another hand has put where a position belongs is none.
local function position(text) return text and #text == 16 and string.find(text, '^%d+$') and text or nil end

-- When a device was seen: a value by another hand counts as seen never.
local function seen_at(value) return tonumber(string.sub(value, 18, 33)) or 0 end

-- The position of the last entry removed: the oldest entry says what it follows, and a log without entries was removed up to its
-- tail. Of an oldest entry by another hand all before it counts as removed.
local function removed_of(log, tail)
  local oldest = call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  if not oldest then return tail end
  local before = position(oldest[2][2])
  if before and before <= tail and before < oldest[1] then return before end
  local at = digits(math.max(tonumber(string.match(oldest[1], '%d+')) - 1, 0))
  return at < tail and at or tail
end

-- The least cursor of the devices that count, or nil where none does. A device's field is @name, and its value the cursor, when it
-- was seen, and behind that failed attempts, if there are any (fail.lua).
local function slowest(meta, now, expiry)
  local min, fields = nil, call('HGETALL', meta)
  for i = 1, #fields, 2 do
    if string.byte(fields[i]) == 64 then
      local cursor, seen = position(string.sub(fields[i + 1], 1, 16)) or zero, seen_at(fields[i + 1])
      if now - seen <= expiry and (not min or cursor < min) then min = cursor end
    end
  end
  return min
end

-- Acknowledged entries stay readable for the grace: g is removable from the moment d on, and one such pair waits at a time.
local function pend(meta, position, now, grace)
  call('HSET', meta, 'g', position, 'd', digits(now + grace))
end

-- Removes the entries before a position: of a long log a part at a time, because 100,000 of them take more than 10 ms. Returns how many
-- are gone, and whether it is all; where it is not, the next call goes on.
local function remove(log, keep_from)
  local before, gone = string.format('%.0f', keep_from), 0
  if call('XLEN', log) > 20000 then
    gone = call('XTRIM', log, 'MINID', '~', before, 'LIMIT', 10000)
    -- Whole nodes of a stream go, so that it stops a little short of the limit.
    if gone > 5000 then return gone, false end
  end
  return gone + call('XTRIM', log, 'MINID', before), true
end

-- A stream without entries still takes its memory. Without x the next append sees to the new one's time to live.
local function drop(log, meta, gone)
  if gone == 0 or call('XLEN', log) > 0 then return end
  call('UNLINK', log)
  call('HDEL', meta, 'x')
end

-- Removes what is older than keep_from, and what every device acknowledged (g) long enough ago (d).
local function trim(log, meta, keep_from, g, d, now, grace, expiry)
  if g and not position(g) then
    call('HDEL', meta, 'g', 'd')
    g = nil
  end
  if g and digits(now) >= (d or zero) then
    -- A device that registered during the grace holds back what it has not read: then once more after another grace.
    local min = slowest(meta, now, expiry) or g
    keep_from = math.max(keep_from, tonumber(min < g and min or g) + 1)
    local gone, all = remove(log, keep_from)
    if all and min == g then call('HDEL', meta, 'g', 'd') elseif all then pend(meta, min > g and min or g, now, grace) end
    drop(log, meta, gone)
  elseif keep_from > 0 then
    drop(log, meta, (remove(log, keep_from)))
  end
end

-- A log that nobody needs any more goes as a whole, also if nobody ever touches it again. Removing x makes the next append set
-- the time to live anew: its entry would go with the rest otherwise.
local function retire(log, meta, grace)
  if grace <= 0 then return end
  call('PEXPIRE', log, string.format('%.0f', math.ceil(grace / 1000)))
  call('HDEL', meta, 'x')
end

-- What every device has acknowledged (all up to min) is to go after the grace. state: fields t, c, g, d and n of the meta.
local function consume(log, meta, min, state, now, grace, expiry)
  local tail, consumed, g, d, nodes = state[1] or zero, state[2] or zero, state[3], state[4], state[5]
  if not g and min > consumed then
    g, d = min, digits(now + grace)
    call('HSET', meta, 'c', min, 'g', g, 'd', d)
  elseif min > consumed then
    call('HSET', meta, 'c', min)
  end
  if g and digits(now) >= (d or zero) then trim(log, meta, 0, g, d, now, grace, expiry) end
  -- Where there are readers, more is likely to follow: presence.lua and states.lua do this when it does not.
  if min >= tail and not nodes then retire(log, meta, grace) end
end

-- A stream reserves 4 KiB for its first entries; a copy takes what they need. Only worth it where nobody reads and removes them,
-- and not for one that is larger anyway, whose copy would take its time.
local function fit(log, spare)
  local size = call('MEMORY', 'USAGE', log, 'SAMPLES', 1)
  if not size or size < 4096 or size > 12288 then return end
  call('COPY', log, spare, 'REPLACE')
  call('RENAME', spare, log)
end

