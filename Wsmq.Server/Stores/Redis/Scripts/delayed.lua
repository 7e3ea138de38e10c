-- Messages of a lane that wait until they are due, apart from their logs: delayed (sorted set: key -> due), delayed:messages (hash: key ->
-- hash of the id, hash of the sender, name of the address after its length in two bytes, content), delayed:ids (hash: hash of the id ->
-- key), delayed:senders (hash: hash of the sender -> how many wait) and for each address delayed:of:name (sorted set like delayed, in which
-- a message that was put off keeps its first time). A key is the time at which the message was stored, and a number, so that those of one
-- time are in the order of sending.
-- uses: prelude, journal
local delayed_key_size = 21

-- How long a message waits further whose log is corrupt, in µs: IDelayedMessages.PauseOfCorrupt.
local corrupt_pause = 60000000

local function delayed_keys(active)
  local key = lane_of(active) .. 'delayed'
  return key, key .. ':messages', key .. ':ids', key .. ':senders'
end

-- The messages that wait for one address, whose name is after its length.
local function delayed_of(active, name) return lane_of(active) .. 'delayed:of:' .. string.sub(name, 3) end

-- The name of the address in a record, after its length, and where its content begins.
local function delayed_name(record)
  local high, low = string.byte(record, 33, 34)
  local last = low and 34 + high * 256 + low or 34
  return string.sub(record, 33, last), last + 1
end

-- Removes a message.
local function delayed_remove(active, key)
  local due, messages, ids, senders = delayed_keys(active)
  local record = call('HGET', messages, key)
  call('ZREM', due, key)
  if not record then return end
  call('HDEL', messages, key)
  -- A foreign key in place of one of these must not fail what is appended.
  pcall(call, 'ZREM', delayed_of(active, (delayed_name(record))), key)
  local id, sender = string.sub(record, 1, 16), string.sub(record, 17, 32)
  pcall(function() if call('HGET', ids, id) == key then call('HDEL', ids, id) end end)
  pcall(function() if call('HINCRBY', senders, sender, -1) < 1 then call('HDEL', senders, sender) end end)
end

-- What is before the content of a message with a delay: the delay and the earliest time in µs, how many of its sender may wait, and the hash
-- of the sender.
local terms_size = 58

local function delayed_due(content, now)
  return math.max(now + tonumber(string.sub(content, 1, 16)), tonumber(string.sub(content, 17, 32)))
end

-- Whether a message waits that is due at a time.
local function delayed_has(active, at)
  return #call('ZRANGEBYSCORE', (delayed_keys(active)), '-inf', digits(at), 'LIMIT', 0, 1) > 0
end

-- Whether a message waits.
local function delayed_waits(active, id) return call('HEXISTS', (select(3, delayed_keys(active))), id) == 1 end

-- Lets a message wait, whose content is as above. Returns false if too many wait, or nil if it waits already.
local delayed_number = 0
local function delayed_add(active, now, due_at, id, name, content)
  local due, messages, ids, senders = delayed_keys(active)
  if call('HEXISTS', ids, id) == 1 then return nil end
  local most, sender = tonumber(string.sub(content, 33, 42)), string.sub(content, 43, 58)
  if tonumber(call('HGET', senders, sender) or '0') >= most then return false end
  local key
  repeat
    key, delayed_number = digits(now) .. string.format('%05d', delayed_number), delayed_number + 1
  until call('HEXISTS', messages, key) == 0
  -- First what may be foreign, and then what makes it due: a foreign key in place of another one must not leave a message that waits for ever.
  call('ZADD', delayed_of(active, name), digits(due_at), key)
  call('ZADD', due, digits(due_at), key)
  call('HSET', messages, key, id .. sender .. name .. string.sub(content, terms_size + 1))
  call('HSET', ids, id, key)
  call('HINCRBY', senders, sender, 1)
  return true
end
