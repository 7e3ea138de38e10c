-- Put in front of the scripts that remove entries; everything here takes µs.

-- The least cursor of the devices that count, or nil where none does.
local function slowest(cursors, now, expiry)
  local min = nil
  for _, value in ipairs(redis.call('HVALS', cursors)) do
    local cursor, seen = tonumber(string.sub(value, 1, 16)), tonumber(string.sub(value, 18))
    if now - seen <= expiry and (not min or cursor < min) then min = cursor end
  end
  return min
end

-- Acknowledged entries stay readable for the grace: g is removable from the moment d on, and one such pair waits at a time.
local function pend(meta, position, now, grace)
  redis.call('HSET', meta, 'g', string.format('%016.0f', position), 'd', string.format('%.0f', now + grace))
end

-- Removes what is too old, and what every device acknowledged long enough ago.
local function trim(log, meta, cursors, now, max_age, grace, expiry)
  local keep_from = now - max_age
  local state = redis.call('HMGET', meta, 'g', 'd')
  if state[1] and now >= tonumber(state[2]) then
    -- A device that registered during the grace holds back what it has not read.
    local pending = tonumber(state[1])
    local min = slowest(cursors, now, expiry) or pending
    keep_from = math.max(keep_from, math.min(pending, min) + 1)
    redis.call('HDEL', meta, 'g', 'd')
    if min > pending then pend(meta, min, now, grace) end
  end
  -- A stream without entries still takes its memory.
  if keep_from > 0 and redis.call('XTRIM', log, 'MINID', string.format('%.0f', keep_from)) > 0
    and redis.call('XLEN', log) == 0 then
    redis.call('DEL', log)
  end
end

