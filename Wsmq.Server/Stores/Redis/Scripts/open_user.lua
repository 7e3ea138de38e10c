-- Registers a device with its user's queue, or updates the time it was last seen, and returns its cursor.
-- uses: journal
-- flags: allow-oom
-- KEYS[1] log (stream)      KEYS[2] meta (hash: also @device -> cursor:seen in µs, and k, the number of devices)
-- KEYS[3] states of the active addresses of the lane (hash)   KEYS[4] temporary key
-- ARGV[1] device field      ARGV[2] most devices  ARGV[3] device expiry in µs   ARGV[4] retention age in ms
-- ARGV[5] name of the address, after its length in two bytes   ARGV[6 … 8] retention count, age in µs, bytes
-- Returns the cursor, followed by failed attempts if any, and by :new until the device has acknowledged something; or nil if there are too many devices
local log, meta = KEYS[1], KEYS[2]
local device, max_devices, expiry, age = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local now = micros()

local all = call('HGETALL', meta)
local tail, devices, mine, mine_counts, failed, active, away, away_seen = zero, 0, nil, false, ':new', 0, nil, nil
local consumed, holes = zero, nil
for i = 1, #all, 2 do
  local name, value = all[i], all[i + 1]
  if name == 't' then tail = value elseif name == 'c' then consumed = value elseif name == 'h' then holes = value end
  if string.byte(name) == 64 then
    local seen = seen_at(value)
    devices = devices + 1
    if name == device then
      mine, mine_counts, failed = position(string.sub(value, 1, 16)), now - seen <= expiry, string.sub(value, 34)
    elseif now - seen <= expiry then
      active = active + 1
    elseif not away or seen < away_seen then
      away, away_seen = name, seen
    end
  end
end
-- A registered device that is not expired stays, even if the limit was lowered.
if active >= max_devices and not (mine and mine_counts) then return nil end

local present = active_of(KEYS[3], ARGV[5])
if present then tail = present.tail end
if not mine then
  -- Expired devices keep their cursors only while there are fewer devices than the limit: the hash stays bounded.
  if devices >= max_devices and away then devices = devices - call('HDEL', meta, away) end
  devices = devices + 1
  -- It gets all that is stored. The log is complete once the address is settled.
  if present then present = settled(KEYS[3], ARGV[5], log, meta, rules_of(unpack(ARGV, 6, 8)), now) end
  mine = removed_of(log, tail, holes, consumed)
end
call('HSET', meta, device, mine .. ':' .. digits(now) .. failed, 'k', devices)

-- All other devices may have acknowledged these entries, and the log may be about to expire: this reader still needs them.
if mine < tail then
  call('PEXPIRE', log, age)
  call('HDEL', meta, 'x')
end
return mine .. failed
