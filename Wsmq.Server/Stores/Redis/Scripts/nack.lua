-- Counts a failed attempt at the first entry after a device's cursor, and dead-letters the entry once its attempts are used up. The
-- count is stored after the cursor as :position:reported:silent, so that moving the cursor drops it. The mark of a new reader stays (:new, see
-- open_user.lua): only an ack ends that.
-- uses: dead_letters, journal, damage, tracking
-- flags: allow-oom
-- KEYS[1] log (stream)          KEYS[2] holder of the cursor (hash): meta of the user, or the user's cursors in the group
-- KEYS[3] dead letters (hash: i<place> details, e<place> content; b: see dead_letters.lua)
-- KEYS[4] places (sorted set: position:device, by time of dead-lettering in µs)
-- KEYS[5] and [6] index and ends of the readers of the bucket (sorted sets), see dead_letters.lua   KEYS[7] groups only: members (hash); users only:
--         states of the active addresses of the lane (hash)   KEYS[8] temporary key, which names the slot while it moves
-- ARGV[1] device field          ARGV[2] position   ARGV[3] place   ARGV[4] R (reported), S (silent), B (blocked) or F (final)
-- ARGV[5] most attempts, 0 for no limit            ARGV[6] reason
-- ARGV[7] most dead letters                        ARGV[8] how long dead letters are stored, µs   ARGV[9] user
-- ARGV[10] most bytes of dead letters              ARGV[11] bytes that each takes in addition to its content
-- ARGV[12] name of the reader   ARGV[13] G (group) or name of the user's address, after its length in two bytes
-- ARGV[14 … 16] retention count, age in µs, bytes
-- Returns the outcome (0 not first, 1 counted, 2 dead-lettered, 3 passed, 4 no such reader) and the attempts; if this call
-- dead-lettered the entry, also how many older dead letters were evicted for it, and if the message is tracked and a node is told of that, the
-- change (tracking.lua)
local log, holder, dead, places = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local index, ends, members, user = KEYS[5], KEYS[6], ARGV[13] == 'G' and KEYS[7], ARGV[9]
local field, position, place, kind, limit, reason = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6]
local most, age, room, overhead = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[10]), tonumber(ARGV[11])
-- Outcomes
local not_first, counted_only, dead_lettered, passed, no_reader = 0, 1, 2, 3, 4

-- In a user's meta the cursor is followed by the time the device was last seen.
local head = members and 16 or 33
local value = call('HGET', holder, field)
if not value and members then
  local joined = call('HGET', members, user)
  value = joined and joined .. ':new'
end
if not value then return { no_reader, 0 } end
local new = string.match(value, ':new$') or ''
value = string.sub(value, 1, #value - #new)

local cursor = string.sub(value, 1, 16)
if position <= cursor then
  local known = call('HGET', dead, 'i' .. place)
  if is_ours(place, known) then return { dead_lettered, tonumber(string.sub(known, 33, 42)) } end
  return { passed, 0 }
end

-- A failure needs the entry itself.
if not members then settled(KEYS[7], ARGV[13], log, holder, rules_of(unpack(ARGV, 14, 16)), micros()) end

local function id(digits_of) return string.format('%.0f', tonumber(digits_of)) .. '-0' end
local first = call('XRANGE', log, '(' .. id(cursor), '+', 'COUNT', 1)[1]
if not first or first[1] ~= id(position) then
  if #call('XRANGE', log, id(position), id(position), 'COUNT', 1) == 0 then return { passed, 0 } end
  return { not_first, 0 }
end

local counted, reported, silent = string.match(string.sub(value, head + 2), '^(%d+):(%d+):(%d+)$')
if counted ~= position then reported, silent = 0, 0 end
reported = tonumber(reported) + ((kind == 'R' or kind == 'F') and 1 or 0)
silent = tonumber(silent) + (kind == 'S' and 1 or 0)
local used = kind == 'R' and reported or silent
if kind ~= 'F' and (kind == 'S' or limit == 0 or used < limit) then
  call('HSET', holder, field, string.sub(value, 1, head) .. ':' .. position .. ':' .. reported .. ':' .. silent .. new)
  return { counted_only, reported + silent }
end

local now = micros()
-- A device that was forgotten and registered again can reach an entry that was already dead-lettered for it.
local bytes = bytes_of_all(dead, places, overhead) - bytes_of(dead, place, overhead) + #first[2][4] + overhead
call('HSET', dead, 'i' .. place, digits(now) .. first[2][2] .. string.format('%010d', reported + silent) .. reason,
  'e' .. place, first[2][4])
call('ZADD', places, digits(now), place)
note_reader(index, ends, ARGV[12], now, now + age + 1000)
local evicted
evicted, bytes = discard(dead, places, now - age, most, room, bytes, overhead)
call('HSET', dead, 'b', string.format('%.0f', bytes))
local milliseconds = string.format('%.0f', math.ceil(age / 1000))
call('PEXPIRE', dead, milliseconds)
call('PEXPIRE', places, milliseconds)
call('HSET', holder, field, position .. string.sub(value, 17, head) .. new)

-- A foreign key in place of the record must not fail what is done. Of a user the name of the device follows an @.
local changes, place_of_log = {}, string.find(log, '}:log:', 1, true)
local _, records = track_keys(string.sub(log, 1, place_of_log) .. ':meta:' .. string.sub(log, place_of_log + 6))
despite_damage(track_mark, records, position, members and user or string.sub(field, 2), 'D', digits(now), changes, 1)
return { dead_lettered, reported + silent, evicted, changes[1] }
