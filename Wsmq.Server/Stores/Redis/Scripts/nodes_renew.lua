-- Renews or ends the registration of a node. Nodes call it every few seconds, and notice by it whether Redis accepts writes.
-- flags: allow-oom
-- KEYS[1] nodes (sorted set: node -> end of its registration, ms)
-- ARGV[1] node   ARGV[2] duration, ms; 0 ends the registration
-- Returns the time in µs
local nodes, node, duration = KEYS[1], ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
if duration == 0 then
  redis.call('ZREM', nodes, node)
  return now
end
local till = string.format('%.0f', math.floor(now / 1000) + duration)
local failure = redis.pcall('ZADD', nodes, till, node)
if type(failure) == 'table' and failure.err then
  -- A corrupt key must not look like an unavailable Redis. Every node adds itself again.
  if not string.find(failure.err, 'WRONGTYPE', 1, true) then return redis.error_reply(failure.err) end
  redis.call('DEL', nodes)
  redis.call('ZADD', nodes, till, node)
end
return now
