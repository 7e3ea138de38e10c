-- Notes that a device has acknowledged messages which are for any device of their user, and notifies the nodes that read the user's queue.
-- uses: interest_list, active
-- flags: allow-oom
-- KEYS[1] acknowledged messages (sorted set: position)   KEYS[2] meta of the user (hash)
-- KEYS[3] states of the active addresses of the lane (hash)
-- ARGV[1] age in µs after which messages are removed from the log
-- ARGV[2] PUBLISH or SPUBLISH   ARGV[3] prefix of a node's channel   ARGV[4] the signals
-- ARGV[5] name of the user's address, after its length in two bytes
-- ARGV[6 …] the positions
local cleared, meta, age, publish, channel, signals, name = KEYS[1], KEYS[2], tonumber(ARGV[1]), unpack(ARGV, 2, 5)

-- A foreign key in its place must not keep the device from acknowledging: other devices get the messages then, as if they were for every one.
pcall(function()
  for i = 6, #ARGV do call('ZADD', cleared, ARGV[i], ARGV[i]) end
  for _, old in ipairs(call('ZRANGEBYSCORE', cleared, '-inf', digits(math.max(0, micros() - age)), 'LIMIT', 0, 100)) do
    call('ZREM', cleared, old)
  end
  call('PEXPIRE', cleared, string.format('%.0f', math.ceil(age / 1000)))
end)
local state = active_of(KEYS[3], name)
tell_nodes(state and state.nodes or whole(call('HGET', meta, 'n') or ''), publish, channel, signals)
return 1
