-- Lists the dead letters of a user in a log, without contents.
-- uses: dead_letters
-- flags: allow-oom
-- KEYS[1] dead letters (hash)   KEYS[2] places (sorted set)   KEYS[3] readers of the bucket that may have dead letters (sorted set)
-- ARGV[1] how long dead letters are stored, µs   ARGV[2] most dead letters   ARGV[3] name of the reader
-- Returns place and details of each
local dead, places, age, most = KEYS[1], KEYS[2], tonumber(ARGV[1]), tonumber(ARGV[2])
discard(dead, places, micros() - age, most, 0, 0, 0)
local results = {}
for _, place in ipairs(call('ZRANGE', places, 0, -1)) do
  local known = call('HGET', dead, 'i' .. place)
  if is_ours(place, known) then
    results[#results + 1] = place
    results[#results + 1] = known
  end
end
-- Dead letters of earlier versions are not in the index.
if #results > 0 then call('ZADD', KEYS[3], 0, ARGV[3]) end
return results
