-- Stores an access rule (revocation or ban) under the next version, removes expired rules and notifies all nodes.
-- flags: allow-oom
-- KEYS[1] rules (hash: field -> "at until"; v: the latest version)   KEYS[2] versions (zset)   KEYS[3] ends (zset)
-- ARGV[1] field   ARGV[2] at   ARGV[3] until   ARGV[4] 1 if at and until may only grow   ARGV[5] most rules   ARGV[6] channel
-- Returns 1, or 0 if there are too many rules.
local rules, versions, ends = KEYS[1], KEYS[2], KEYS[3]
local field, at, till, only_grow, most, channel = unpack(ARGV)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, over in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, 1000)) do
  redis.call('HDEL', rules, over)
  redis.call('ZREM', versions, over)
  redis.call('ZREM', ends, over)
end

local known = redis.call('HGET', rules, field)
if not known and redis.call('ZCARD', versions) >= tonumber(most) then return 0 end
if known and only_grow == '1' then
  local at_before, till_before = string.match(known, '^(%d+) (%d+)$')
  -- A corrupt value is replaced.
  if at_before and tonumber(at_before) > tonumber(at) then at = at_before end
  if till_before and tonumber(till_before) > tonumber(till) then till = till_before end
end

-- Taken from the clock: a failover that lost the latest versions must not issue one of them again.
local last = tonumber(redis.call('HGET', rules, 'v') or '0')
local version = string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1))
redis.call('HSET', rules, 'v', version, field, at .. ' ' .. till)
redis.call('ZADD', versions, version, field)
redis.call('ZADD', ends, till, field)
redis.call('PUBLISH', channel, version)
return 1
