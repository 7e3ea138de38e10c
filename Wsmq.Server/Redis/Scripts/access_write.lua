-- Stores an access rule (revocation or ban) under the next version, removes expired rules and notifies all nodes.
-- KEYS[1] rules (hash: field -> "at until"; v: the latest version)   KEYS[2] versions (zset)   KEYS[3] ends (zset)
-- ARGV[1] field   ARGV[2] at   ARGV[3] until   ARGV[4] 1 if at and until may only grow   ARGV[5] most rules   ARGV[6] channel
-- Returns 1, or 0 if there are too many rules.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, over in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 1000)) do
  redis.call('HDEL', KEYS[1], over)
  redis.call('ZREM', KEYS[2], over)
  redis.call('ZREM', KEYS[3], over)
end

local at, till = ARGV[2], ARGV[3]
local known = redis.call('HGET', KEYS[1], ARGV[1])
if not known and redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[5]) then return 0 end
if known and ARGV[4] == '1' then
  local at_before, till_before = string.match(known, '^(%d+) (%d+)$')
  -- A corrupt value is replaced.
  if at_before and tonumber(at_before) > tonumber(at) then at = at_before end
  if till_before and tonumber(till_before) > tonumber(till) then till = till_before end
end

-- Taken from the clock: a failover that lost the latest versions must not issue one of them again.
local last = tonumber(redis.call('HGET', KEYS[1], 'v') or '0')
local version = string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1))
redis.call('HSET', KEYS[1], 'v', version, ARGV[1], at .. ' ' .. till)
redis.call('ZADD', KEYS[2], version, ARGV[1])
redis.call('ZADD', KEYS[3], till, ARGV[1])
redis.call('PUBLISH', ARGV[6], version)
return 1
