-- Moves cursors forward and marks what every device of a user has acknowledged for removal.
-- KEYS[1 + 4 i …] of item i: log (stream), meta (hash), cursors (hash), members (hash, of a group; unused for a user)
-- ARGV[1]         grace in µs
-- ARGV[2]         device expiry in µs
-- ARGV[3 + 5 i …] of item i: U for the own queue, G for a group or X for what cannot be read; user, device, position,
--                 retention age in µs
-- Returns         of every item 0 (done), 1 (beyond the tail) or 2 (no such reader)
local grace, expiry = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

-- What every device has acknowledged is to go after the grace.
local function consume(log, meta, cursors, tail, max_age)
  local min = slowest(cursors, now, expiry)
  if not min then return end
  local state = redis.call('HMGET', meta, 'c', 'g')
  if min > tonumber(state[1] or '0') then redis.call('HSET', meta, 'c', string.format('%016.0f', min)) end
  if not state[2] then
    local oldest = redis.call('XRANGE', log, '-', string.format('%.0f', min), 'COUNT', 1)
    if oldest[1] then pend(meta, min, now, grace) end
  end
  trim(log, meta, cursors, now, max_age, grace, expiry)
  -- A log that nobody needs any more goes as a whole, also if nobody ever touches it again.
  if min >= tail and grace > 0 then redis.call('PEXPIRE', log, string.format('%.0f', math.ceil(grace / 1000))) end
end

local function ack_user(log, meta, cursors, device, position, max_age, tail)
  local value = redis.call('HGET', cursors, device)
  if not value then return 2 end
  if position > tail then return 1 end
  local cursor = tonumber(string.sub(value, 1, 16))
  redis.call('HSET', cursors, device, string.format('%016.0f:%.0f', math.max(cursor, position), now))
  consume(log, meta, cursors, tail, max_age)
  return 0
end

local function ack_group(cursors, members, user, device, position, tail)
  local joined = redis.call('HGET', members, user)
  if not joined then return 2 end
  if position > tail then return 1 end
  local cursor = redis.call('HGET', cursors, device) or joined
  if position > tonumber(cursor) then redis.call('HSET', cursors, device, string.format('%016.0f', position)) end
  return 0
end

local results = {}
for i = 0, #KEYS / 4 - 1 do
  local log, meta, cursors, members = KEYS[1 + 4 * i], KEYS[2 + 4 * i], KEYS[3 + 4 * i], KEYS[4 + 4 * i]
  local kind, user, device, position = ARGV[3 + 5 * i], ARGV[4 + 5 * i], ARGV[5 + 5 * i], tonumber(ARGV[6 + 5 * i])
  local tail = tonumber(redis.call('HGET', meta, 't') or '0')
  local result = 2
  if kind == 'U' then
    result = ack_user(log, meta, cursors, device, position, tonumber(ARGV[7 + 5 * i]), tail)
  elseif kind == 'G' then
    result = ack_group(cursors, members, user, device, position, tail)
  end
  results[#results + 1] = result
end
return results
