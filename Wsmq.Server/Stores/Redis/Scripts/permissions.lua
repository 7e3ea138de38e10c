-- Tries the commands of the other scripts and of the server on a key that exists only here, and returns those that the user may not run.
-- flags: allow-oom
-- KEYS[1] temporary key
-- ARGV[1] PUBLISH or SPUBLISH   ARGV[2] a channel without subscribers
-- Returns the denied commands, comma-separated, or an empty string
local key, publish, channel, denied = KEYS[1], ARGV[1], ARGV[2], {}

-- The error text differs between Redis 7.0 and later versions. Permissions are checked before a command is executed: most of these
-- commands fail afterwards for another reason, which does not matter.
local function try(command, ...)
  local reply = redis.pcall(command, ...)
  local failure = type(reply) == 'table' and reply.err or ''
  if string.find(failure, 'ACL failure', 1, true) or string.find(failure, 'user executing the script', 1, true) then
    local on = string.find(failure, 'channel', 1, true) and ' on channels of the prefix' or ''
    denied[#denied + 1] = string.lower(command) .. on
  end
end

try('TIME')
try('SET', key, '', 'PX', '1000')
try('SETEX', key, '1', '')
for _, command in ipairs({ 'GET', 'EXISTS', 'HGETALL', 'HKEYS', 'HLEN', 'SMEMBERS', 'SCARD', 'XLEN', 'ZCARD', 'ZPOPMIN' }) do try(command, key) end
for _, command in ipairs({ 'HGET', 'HMGET', 'HEXISTS', 'HSTRLEN', 'HDEL', 'SADD', 'SREM', 'SISMEMBER', 'ZREM', 'ZSCORE', 'ZMSCORE' }) do try(command, key, 'x') end
for _, command in ipairs({ 'HSET', 'HSETNX', 'HINCRBY' }) do try(command, key, 'x', '1') end
try('GETRANGE', key, '0', '1')
try('XADD', key, '*', 'x', '')
try('XDEL', key, '0-1')
try('XTRIM', key, 'MAXLEN', '1')
try('XRANGE', key, '-', '+', 'COUNT', '1')
try('XREVRANGE', key, '+', '-', 'COUNT', '1')
try('HSCAN', key, '0', 'COUNT', '1')
try('SCAN', '0', 'COUNT', '1')
try('ZADD', key, '1', 'x')
for _, command in ipairs({ 'ZRANGE', 'ZRANGEBYSCORE' }) do try(command, key, '0', '1') end
try('ZRANGEBYLEX', key, '[a', '[b')
try('COPY', key, key)
try('RENAME', key, key)
try('MEMORY', 'USAGE', key)
try('PEXPIRE', key, '1000')
try('DEL', key)
try('UNLINK', key)
try(publish, channel, '')
return table.concat(denied, ', ')
