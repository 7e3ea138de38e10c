-- Makes messages visible again before their time, and takes back the count of this receive. A message that was received again since, or
-- deleted, is left alone: its score is not the one that this bridge has set.
-- KEYS: 1 the sorted set of the queue, 2 its hash
-- ARGV: 1 until when they are hidden, 2 in how many milliseconds they become visible, 3 and later the ids
local time = redis.call('TIME')
local visible = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2]
for i = 3, #ARGV do
  local id = ARGV[i]
  if tonumber(redis.call('ZSCORE', KEYS[1], id) or -1) == tonumber(ARGV[1]) then
    redis.call('ZADD', KEYS[1], visible, id)
    redis.call('HINCRBY', KEYS[2], id .. ':rc', -1)
  end
end
