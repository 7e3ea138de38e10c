-- Sets what a node answers at an address.
-- flags: allow-oom
-- KEYS[1] responders (hash: node -> * for all types of requests, or the types, each between line feeds)
-- ARGV[1] node   ARGV[2] types; empty to remove the node   ARGV[3] how long the hash is stored, ms
local responders = KEYS[1]
local node, types, duration = unpack(ARGV)
local exists = redis.pcall('HLEN', responders)
-- Foreign content: every node that has somebody sets its entry again.
if type(exists) == 'table' and exists.err then
  if not string.find(exists.err, 'WRONGTYPE', 1, true) then return redis.error_reply(exists.err) end
  redis.call('DEL', responders)
end
if types == '' then
  redis.call('HDEL', responders, node)
else
  redis.call('HSET', responders, node, types)
  redis.call('PEXPIRE', responders, duration)
end
return 0
