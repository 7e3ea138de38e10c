-- Sends a message to one node.
-- flags: allow-oom
-- KEYS[1] nodes: the message goes to the server of this key
-- ARGV[1] PUBLISH or SPUBLISH   ARGV[2] channel of the node   ARGV[3] message
-- Returns whether the node listens
local publish, channel, message = unpack(ARGV)
return redis.call(publish, channel, message)
