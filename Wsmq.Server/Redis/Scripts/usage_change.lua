-- Gives back to a user what is gone from the store.
-- KEYS[1] usage of the user (hash, see usage_add.lua)
-- ARGV[1 …] of each part: name, what it was, what it is to be, bytes
-- Returns the sum
local usage, sum, names = KEYS[1], tonumber(redis.call('HGET', KEYS[1], 'b') or '0') or 0, 0
for i = 1, #ARGV, 4 do
  -- Where another node has charged or given back meanwhile the next look decides.
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
