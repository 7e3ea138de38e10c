-- Takes addresses of a lane that are due, see unacknowledged_note.lua: until the lease is over, no other node gets them.
-- uses: prelude
-- flags: allow-oom
-- KEYS[1] when addresses are due (sorted set)   KEYS[2] from where on (hash)
-- ARGV[1] lease, µs   ARGV[2] most addresses
-- Returns the lease's end; after how many µs to ask again, or an empty string if no other address is noted; then for each address its name and
-- its value in the hash
local due, from, now = KEYS[1], KEYS[2], micros()
local lease, found = digits(now + tonumber(ARGV[1])), call('ZRANGEBYSCORE', KEYS[1], '-inf', digits(now), 'LIMIT', 0, ARGV[2])
local reply, taken = { lease, '' }, {}
if #found > 0 then
  local values = call('HMGET', from, unpack(found))
  for i = 1, #found do
    taken[2 * i - 1], taken[2 * i] = lease, found[i]
    reply[2 * i + 1], reply[2 * i + 2] = found[i], values[i] or ''
  end
  call('ZADD', due, 'XX', unpack(taken))
end
local first = call('ZRANGE', due, 0, 0, 'WITHSCORES')[2]
if first then reply[2] = digits(math.max(tonumber(first) - now, 0)) end
return reply
