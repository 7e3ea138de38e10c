-- Credits a user's account for entries that are no longer in the store.
-- flags: allow-oom
-- KEYS[1] usage of the user (hash, see usage_add.lua)
-- ARGV[1 …] per part: name, expected marks, new marks, bytes to credit
-- Returns the sum
local usage, sum, names = KEYS[1], tonumber(redis.call('HGET', KEYS[1], 'b') or '0') or 0, 0
for i = 1, #ARGV, 4 do
  -- Another node changed the marks in the meantime: the next check handles them.
  if redis.call('HGET', usage, ARGV[i]) == ARGV[i + 1] then
    sum = sum - tonumber(ARGV[i + 3])
    if ARGV[i + 2] == '' then
      redis.call('HDEL', usage, ARGV[i])
      names = names - 1
    else
      redis.call('HSET', usage, ARGV[i], ARGV[i + 2])
    end
  end
end
redis.call('HSET', usage, 'b', string.format('%.0f', math.max(sum, 0)))
if names < 0 then redis.call('HINCRBY', usage, 'n', names) end
return string.format('%.0f', math.max(sum, 0))
