-- Returns the access rules (revocations and bans) written after a version, oldest first.
-- KEYS[1] rules (hash: field -> "at until"; v: the latest version)   KEYS[2] versions (zset)
-- ARGV[1] version   ARGV[2] most rules to return
-- Returns the latest version, then field, value and version of each rule.
local newest = redis.call('HGET', KEYS[1], 'v') or '0'
local result = { newest }
if newest == ARGV[1] then return result end
local found = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #found, 2 do
  result[#result + 1] = found[i]
  result[#result + 1] = redis.call('HGET', KEYS[1], found[i])
  result[#result + 1] = string.format('%.0f', tonumber(found[i + 1]))
end
return result
