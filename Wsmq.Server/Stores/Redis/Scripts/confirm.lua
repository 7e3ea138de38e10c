-- Checks whether this server has a batch of this node. Also writes, so that a following WAIT on the same connection covers the batch.
-- flags: allow-oom
-- KEYS[1] number of the last batch of this node and lane
-- ARGV[1] the number to look for   ARGV[2] how long the number is stored, ms
-- Returns 1, or 0 if the batch is missing
local last, number, duration = KEYS[1], ARGV[1], ARGV[2]
if tonumber(redis.call('GET', last) or '0') < tonumber(number) then return 0 end
return redis.call('PEXPIRE', last, duration)
