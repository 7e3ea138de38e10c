-- Shared by the scripts that read or remove entries; all times are in µs.
-- uses: gone
-- When a device was last seen; a corrupt value counts as never.
local function seen_at(value) return tonumber(string.sub(value, 18, 33)) or 0 end

-- The position of the last removed entry: the previous position of the oldest entry, or the tail if the log has no entries; but not what has
-- expired there (holes: field h of the meta), of which readers are told as of stored entries, unless all have acknowledged it (consumed). If the
-- oldest entry is corrupt, everything before it counts as removed.
local function removed_of(log, tail, holes, consumed)
  local oldest = call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  local before = not oldest and tail or position(oldest[2][2])
  if before and before <= tail and (not oldest or before < oldest[1]) then
    return holes and before <= holes and (oldest or consumed < tail) and gone_before(log, before) or before
  end
  local at = digits(math.max(tonumber(string.match(oldest[1], '%d+')) - 1, 0))
  return at < tail and at or tail
end

-- The lowest cursor of the devices that are not expired, or nil if there is none. A device's field is @name; its value is the cursor,
-- the time it was last seen and, if there are any, failed attempts (nack.lua).
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

-- Acknowledged entries stay readable for the grace: entries up to g are removable from time d on. At most one such pair is pending.
local function pend(meta, position, now, grace)
  call('HSET', meta, 'g', position, 'd', digits(now + grace))
end

-- Removes the entries before a position; from a long log only a part, because removing 100,000 takes more than 10 ms. Returns how many
-- were removed, and whether none are left; otherwise the next call continues.
local function remove(log, keep_from)
  local before, gone = string.format('%.0f', keep_from), 0
  if call('XLEN', log) > 20000 then
    gone = call('XTRIM', log, 'MINID', '~', before, 'LIMIT', 10000)
    -- XTRIM with ~ removes whole stream nodes only, so it stops a little short of its limit.
    if gone > 5000 then return gone, false end
  end
  return gone + call('XTRIM', log, 'MINID', before), true
end

-- A stream without entries still uses memory. Deleting x makes the next append set the time to live of the new stream.
local function drop(log, meta, gone)
  if gone == 0 or call('XLEN', log) > 0 then return end
  call('UNLINK', log)
  call('HDEL', meta, 'x')
end

-- Removes entries before keep_from, and entries up to g, which every device acknowledged, once d has passed.
local function trim(log, meta, keep_from, g, d, holes, now, grace, expiry)
  if g and not position(g) then
    call('HDEL', meta, 'g', 'd')
    g = nil
  end
  if g and digits(now) >= (d or zero) then
    -- A device that registered during the grace holds back entries it has not read: they are tried again after another grace.
    local min = slowest(meta, now, expiry) or g
    keep_from = math.max(keep_from, tonumber(min < g and min or g) + 1)
    local gone, all = remove(log, keep_from)
    forget_gone(log, meta, digits(keep_from), all and holes)
    if all and min == g then call('HDEL', meta, 'g', 'd') elseif all then pend(meta, min > g and min or g, now, grace) end
    drop(log, meta, gone)
  elseif keep_from > 0 then
    drop(log, meta, (remove(log, keep_from)))
  end
end

-- Lets a fully consumed log expire as a whole after the grace, even if it is never accessed again. Deleting x makes the next append
-- renew the time to live: its entry would otherwise expire with the rest.
local function retire(log, meta, grace)
  if grace <= 0 then return end
  call('PEXPIRE', log, string.format('%.0f', math.ceil(grace / 1000)))
  call('HDEL', meta, 'x')
end

-- Schedules the removal, after the grace, of entries that every device has acknowledged (up to min). state: t, c, g, d, n of the meta; holes: h.
local function consume(log, meta, min, state, now, grace, expiry)
  local tail, consumed, g, d, nodes = state[1] or zero, state[2] or zero, state[3], state[4], state[5]
  if not g and min > consumed then
    g, d = min, digits(now + grace)
    call('HSET', meta, 'c', min, 'g', g, 'd', d)
  elseif min > consumed then
    call('HSET', meta, 'c', min)
  end
  if g and digits(now) >= (d or zero) then trim(log, meta, 0, g, d, state.holes, now, grace, expiry) end
  -- With connected readers more entries are likely to follow; interest_set.lua and states.lua retire the log if none do.
  if min >= tail and not nodes then retire(log, meta, grace) end
end

-- A stream reserves 4 KiB for its first entries; a copy takes only what they need. Worth it only for logs without readers, whose
-- entries stay, and not for larger streams, which are slow to copy.
local function fit(log, spare)
  local size = call('MEMORY', 'USAGE', log, 'SAMPLES', 1)
  if not size or size < 4096 or size > 12288 then return end
  call('COPY', log, spare, 'REPLACE')
  call('RENAME', spare, log)
end
