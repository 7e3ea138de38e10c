-- Returns messages of a lane that are due, for the node that has the turn to append them, or else begins it. Append.lua removes them.
-- uses: delayed
-- flags: allow-oom
-- KEYS[1] states of the active addresses of the lane (hash)   KEYS[2] the node that has the turn, and till when, µs (string)
-- KEYS[3] temporary key, which names the slot while it moves
-- ARGV[1] node   ARGV[2] how long a turn is, ms   ARGV[3] most messages   ARGV[4] bytes after which there is no further one
-- ARGV[5] how long entries stay after their time to live, µs
-- Returns after how many µs to ask again, or an empty string if no message waits; 1 if entries of logs have expired, else 0 (expire.lua); then for
-- each message its key and its record, see delayed.lua
local due, messages = delayed_keys(KEYS[1])
local node, turn = ARGV[1], KEYS[2]
local first, now = call('ZRANGE', due, 0, 0, 'WITHSCORES')[2], micros()
local left = first and tonumber(first) - now or 0
local holder = call('GET', turn) or ''
local is_own = string.sub(holder, 1, #node) == node

-- One look for both. A foreign key in its place must not keep messages waiting.
local expired = redis.pcall('ZRANGEBYSCORE', lane_of(KEYS[1]) .. 'ends', '-inf', digits(math.max(now - tonumber(ARGV[5]), 0)), 'LIMIT', 0, 1)
expired = #expired > 0 and 1 or 0

-- All that this node was given is appended: others need not wait for it.
if is_own and (not first or left > 0) then call('DEL', turn) end
if not first then return { '', expired } end
if left > 0 then return { digits(left), expired } end

-- The holder may be done at any moment. A turn is not prolonged: a node that cannot append must not keep it.
local holds = (tonumber(string.sub(holder, #node + 1)) or 0) > now
if holds and not is_own then return { digits(100000), expired } end
if not holds then call('SET', turn, node .. digits(now + tonumber(ARGV[2]) * 1000), 'PX', ARGV[2]) end

local reply, bytes = { digits(0), expired }, 0
for _, key in ipairs(call('ZRANGEBYSCORE', due, '-inf', digits(now), 'LIMIT', 0, ARGV[3])) do
  if bytes >= tonumber(ARGV[4]) then break end
  local record = call('HGET', messages, key)
  if record then
    bytes = bytes + #record
    reply[#reply + 1], reply[#reply + 2] = key, record
  else
    -- Another program has removed it.
    call('ZREM', due, key)
  end
end
return reply
