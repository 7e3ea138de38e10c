-- Says what becomes of addresses that this node has taken, see unacknowledged_note.lua. Those that another node has taken are left to it.
-- uses: prelude
-- flags: allow-oom
-- KEYS[1] when addresses are due (sorted set)   KEYS[2] from where on (hash)   KEYS[3] states of the active addresses of the lane (hash)
-- KEYS[4] temporary key, which names the slot while it moves   KEYS[5 …] meta of each address (hash)
-- ARGV for each address: name, after its length in two bytes; end of the lease; value in the hash; when it is due; the tail up to which nothing
-- is left, or an empty string: then it is due only if the log has another tail by now, and else not noted any more
local due, from, active = KEYS[1], KEYS[2], KEYS[3]
for k = 5, #KEYS do
  local name, lease, value, time, seen = unpack(ARGV, 5 * k - 24, 5 * k - 20)
  local taken = call('ZSCORE', due, name)
  if taken and digits(tonumber(taken)) == lease then
    local state, tail = seen ~= '' and call('HGET', active, name), zero
    if seen ~= '' then tail = state and string.sub(state, 1, 16) or redis.pcall('HGET', KEYS[k], 't') or zero end
    if seen == tail then
      call('ZREM', due, name)
      call('HDEL', from, name)
    else
      call('HSET', from, name, value)
      call('ZADD', due, 'XX', time, name)
    end
  end
end
return 1
