-- Says whether a batch of this node is in this server's data, and writes: a WAIT behind it on the same connection counts up to here.
-- KEYS[1] number of the last batch of this node and lane
-- ARGV[1] the number to look for   ARGV[2] how long it is kept, ms
-- Returns 1, or 0 where the batch is missing
if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
