-- flags: allow-oom
-- Returns the access rules (revocations and bans) written after a version, oldest first.
-- KEYS[1] rules (hash: field -> "at until"; v: the latest version)   KEYS[2] versions (zset)
-- ARGV[1] version   ARGV[2] most rules to return
-- Returns the latest version, then field, value and version of each rule.
local rules, versions, version, most = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local newest = redis.call('HGET', rules, 'v') or '0'
local result = { newest }
if newest == version then return result end
local found = redis.call('ZRANGEBYSCORE', versions, '(' .. version, '+inf', 'WITHSCORES', 'LIMIT', 0, most)
for i = 1, #found, 2 do
  result[#result + 1] = found[i]
  result[#result + 1] = redis.call('HGET', rules, found[i])
  result[#result + 1] = string.format('%.0f', tonumber(found[i + 1]))
end
return result
