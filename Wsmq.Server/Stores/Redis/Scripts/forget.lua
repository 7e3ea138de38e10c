-- Removes a device from its user's own queue: it no longer holds back the removal of entries.
-- uses: active, retention
-- flags: allow-oom
-- KEYS[1] log (stream)      KEYS[2] meta (hash: also @device -> cursor:seen in µs, and k, the number of devices)
-- KEYS[3] states of the active addresses of the lane (hash)
-- ARGV[1] device field      ARGV[2] grace in µs   ARGV[3] device expiry in µs
-- ARGV[4] name of the address, after its length in two bytes
-- Returns 1 if the device was registered, else 0
local log, meta = KEYS[1], KEYS[2]
local device, grace, expiry, now = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), micros()
if call('HDEL', meta, device) == 0 then return 0 end

local devices = 0
for _, field in ipairs(call('HKEYS', meta)) do
  if string.byte(field) == 64 then devices = devices + 1 end
end
call('HSET', meta, 'k', devices)

-- Entries that all other devices have acknowledged become removable, as after an ack. Without devices the entries wait for the next one.
local min = slowest(meta, now, expiry)
if not min then return 1 end
local saved, state = call('HMGET', meta, 't', 'c', 'g', 'd', 'n', 'h'), active_of(KEYS[3], ARGV[4])
saved.holes = saved[6]
if state then saved[1], saved[5] = state.tail, state.nodes ~= '' and state.nodes end
consume(log, meta, min, saved, now, grace, expiry)
if state and min > state.consumed then
  state.consumed = min
  if min >= state.tail then state.mode = 'J' end
  save_active(KEYS[3], ARGV[4], log, meta, state)
end
return 1
