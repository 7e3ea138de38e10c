-- Moves cursors forward and marks what every device of a user has acknowledged for removal.
-- KEYS[1 + 4 i …] of item i: log (stream), meta (hash), cursors (hash), members (hash, of a group; unused for a user)
-- ARGV[1]         grace in µs
-- ARGV[2]         device expiry in µs
-- ARGV[3 + 4 i …] of item i: U for a user's queue or G for a group, user, device, position
-- Returns         of every item 0 (done), 1 (beyond the tail) or 2 (no such reader)
local grace, expiry = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

local function slowest(cursors)
  local devices, min = redis.call('HVALS', cursors), nil
  for _, value in ipairs(devices) do
    local cursor, seen = tonumber(string.sub(value, 1, 16)), tonumber(string.sub(value, 18))
    if now - seen <= expiry and (not min or cursor < min) then min = cursor end
  end
  return min
end

-- Acknowledged entries stay readable for the grace. One pending removal at a time: the next one starts when it was carried out.
local function consume(log, meta, cursors, tail)
  local min = slowest(cursors)
  if not min then return end
  local state = redis.call('HMGET', meta, 'c', 'g', 'd')
  if min > tonumber(state[1] or '0') then redis.call('HSET', meta, 'c', string.format('%016.0f', min)) end
  local pending = state[2]
  if pending and now >= tonumber(state[3]) then
    redis.call('XTRIM', log, 'MINID', string.format('%.0f', tonumber(pending) + 1))
    pending = nil
  end
  if grace == 0 then
    redis.call('XTRIM', log, 'MINID', string.format('%.0f', min + 1))
    redis.call('HDEL', meta, 'g', 'd')
  elseif not pending then
    redis.call('HSET', meta, 'g', string.format('%016.0f', min), 'd', string.format('%.0f', now + grace))
  end
  -- A stream without entries still takes its memory: let it go with the last of them.
  if min >= tail then
    if grace == 0 then redis.call('DEL', log) else redis.call('PEXPIRE', log, string.format('%.0f', math.ceil(grace / 1000))) end
  end
end

local function ack_user(log, meta, cursors, device, position, tail)
  local value = redis.call('HGET', cursors, device)
  if not value then return 2 end
  local cursor = tonumber(string.sub(value, 1, 16))
  redis.call('HSET', cursors, device, string.format('%016.0f:%.0f', math.max(cursor, position), now))
  if position > cursor then consume(log, meta, cursors, tail) end
  return 0
end

local function ack_group(cursors, members, user, device, position)
  local joined = redis.call('HGET', members, user)
  if not joined then return 2 end
  local cursor = redis.call('HGET', cursors, device) or joined
  if position > tonumber(cursor) then redis.call('HSET', cursors, device, string.format('%016.0f', position)) end
  return 0
end

local results = {}
for i = 0, #KEYS / 4 - 1 do
  local log, meta, cursors, members = KEYS[1 + 4 * i], KEYS[2 + 4 * i], KEYS[3 + 4 * i], KEYS[4 + 4 * i]
  local kind, user, device, position = ARGV[3 + 4 * i], ARGV[4 + 4 * i], ARGV[5 + 4 * i], tonumber(ARGV[6 + 4 * i])
  local tail = tonumber(redis.call('HGET', meta, 't') or '0')
  if position > tail then
    results[#results + 1] = 1
  elseif kind == 'U' then
    results[#results + 1] = ack_user(log, meta, cursors, device, position, tail)
  else
    results[#results + 1] = ack_group(cursors, members, user, device, position)
  end
end
return results
