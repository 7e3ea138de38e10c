-- Replaces the state of a run, unless it has changed.
-- flags: allow-oom
-- KEYS[1] runs (hash: id -> state)
-- ARGV[1] id   ARGV[2] the state as the caller has read it; empty if there must be none   ARGV[3] the new state; empty to remove the run
-- Returns 1 if it was replaced, else 0
local runs, id, before, after = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
if (redis.call('HGET', runs, id) or '') ~= before then return 0 end
if after == '' then redis.call('HDEL', runs, id) else redis.call('HSET', runs, id, after) end
return 1
