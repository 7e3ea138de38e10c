-- Sends a question to all registered nodes but the one that asks, and removes registrations that have expired.
-- flags: allow-oom
-- KEYS[1] nodes (sorted set: node -> end of its registration, ms)
-- ARGV[1] PUBLISH or SPUBLISH   ARGV[2] prefix of the channels; the node id follows   ARGV[3] the node that asks   ARGV[4] message
-- Returns each node, followed by whether it listens
local nodes = KEYS[1]
local publish, channel, self, message = unpack(ARGV)
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
for _, over in ipairs(redis.call('ZRANGEBYSCORE', nodes, '-inf', now, 'LIMIT', 0, 1000)) do redis.call('ZREM', nodes, over) end
local result = {}
for _, node in ipairs(redis.call('ZRANGE', nodes, 0, 999)) do
  -- Other members are foreign.
  if node ~= self and string.find(node, '^%w+$') and #node == 8 then
    result[#result + 1] = node
    -- A node that crashed, or whose connection is cut, has no subscription. It need not be waited for.
    result[#result + 1] = redis.call(publish, channel .. node, message)
  end
end
return result
