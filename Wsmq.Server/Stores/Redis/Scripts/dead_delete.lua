-- Deletes a dead letter.
-- uses: dead_letters
-- flags: allow-oom
-- KEYS[1] dead letters (hash)   KEYS[2] places (sorted set)   KEYS[3] and [4] index and ends of the readers of the bucket (sorted sets)
-- ARGV[1] place (position:device)   ARGV[2] name of the reader
local dead, places, place = KEYS[1], KEYS[2], ARGV[1]
call('ZREM', places, place)
if call('ZCARD', places) == 0 then forget_reader(KEYS[3], KEYS[4], ARGV[2]) end
call('HDEL', dead, 'b')
return call('HDEL', dead, 'i' .. place, 'e' .. place)
