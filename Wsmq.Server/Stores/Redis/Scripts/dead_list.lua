-- Lists the dead letters of a user in a log, without contents.
-- uses: dead_letters
-- flags: allow-oom
-- KEYS[1] dead letters (hash)   KEYS[2] places (sorted set)   KEYS[3] and [4] index and ends of the readers of the bucket (sorted sets)
-- ARGV[1] how long dead letters are stored, µs   ARGV[2] most dead letters   ARGV[3] name of the reader
-- Returns place and details of each
local dead, places, age, most = KEYS[1], KEYS[2], tonumber(ARGV[1]), tonumber(ARGV[2])
local now = micros()
discard(dead, places, now - age, most, 0, 0, 0)
local results = {}
for _, place in ipairs(call('ZRANGE', places, 0, -1)) do
  local known = call('HGET', dead, 'i' .. place)
  if is_ours(place, known) then
    results[#results + 1] = place
    results[#results + 1] = known
  end
end
-- Dead letters of earlier versions are not in the index. None of them lasts longer than one of now.
if #results > 0 and not call('ZSCORE', KEYS[4], ARGV[3]) then note_reader(KEYS[3], KEYS[4], ARGV[3], now, now + age + 1000) end
if call('ZCARD', places) == 0 then forget_reader(KEYS[3], KEYS[4], ARGV[3]) end
return results
