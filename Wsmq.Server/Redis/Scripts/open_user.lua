-- Registers a device with its user's queue, or notes that it was seen, and returns its cursor.
-- KEYS[1] log (stream)   KEYS[2] meta (hash)   KEYS[3] cursors (hash: device -> cursor:seen in µs)
-- ARGV[1] device         ARGV[2] most devices  ARGV[3] device expiry in µs   ARGV[4] retention age in ms
-- Returns the cursor, or nothing where there are too many devices
local log, meta, cursors = KEYS[1], KEYS[2], KEYS[3]
local device, max_devices, expiry = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

local all = redis.call('HGETALL', cursors)
local mine, mine_counts, active, away, away_seen = nil, false, 0, nil, nil
for i = 1, #all, 2 do
  local name, seen = all[i], tonumber(string.sub(all[i + 1], 18))
  if name == device then
    mine, mine_counts = string.sub(all[i + 1], 1, 16), now - seen <= expiry
  elseif now - seen <= expiry then
    active = active + 1
  elseif not away or seen < away_seen then
    away, away_seen = name, seen
  end
end
-- A device that is known and counts already stays, also when the limit was lowered.
if active >= max_devices and not (mine and mine_counts) then return nil end

if not mine then
  -- Expired devices keep their cursors only while there is room, so that the hash stays bounded.
  if #all / 2 >= max_devices and away then redis.call('HDEL', cursors, away) end
  local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)
  mine = oldest[1] and oldest[1][2][2] or redis.call('HGET', meta, 't') or '0000000000000000'
end
redis.call('HSET', cursors, device, string.format('%s:%.0f', mine, now))

-- Entries that all the others have acknowledged may be about to go: this reader still wants them.
if mine < (redis.call('HGET', meta, 't') or '0000000000000000') then redis.call('PEXPIRE', log, ARGV[4]) end
return mine
