-- Stores the answer of a node to a question for a short time, and notifies the node that asked.
-- flags: allow-oom
-- KEYS[1] answers to the question (hash: node -> answer)
-- ARGV[1] node   ARGV[2] answer   ARGV[3] how long it is stored, ms   ARGV[4] PUBLISH or SPUBLISH   ARGV[5] channel   ARGV[6] message
-- Returns whether the node that asked still listens
local answers = KEYS[1]
local node, answer, duration, publish, channel, message = unpack(ARGV)
redis.call('HSET', answers, node, answer)
redis.call('PEXPIRE', answers, duration)
return redis.call(publish, channel, message)
