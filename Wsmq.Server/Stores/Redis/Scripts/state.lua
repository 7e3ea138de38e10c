-- State of an address: the newest message of each key, kept beside the log. Keys, named after the meta: state (hash: key -> content) and
-- stateat (sorted set: key -> position), and field s of the meta: the bytes of all keys and contents.
-- uses: prelude
local function state_keys(meta)
  local at = string.find(meta, '}:meta:', 1, true)
  local before, after = string.sub(meta, 1, at + 1), string.sub(meta, at + 6)
  return before .. 'state' .. after, before .. 'stateat' .. after
end

-- What is before the content of a message with an expected tail (16 in its kind: the tail), of state (8: whether it removes, most keys and
-- bytes, length of the key, key), or that has a time to live or is tracked (64: time to live and retention in µs, 16 each, zero if it has none;
-- with a retention most records and readers, 10 each; node, sender and id, each after its length in two bytes). Returns it, and the content.
local function log_terms(kind, content)
  local terms, from = {}, 1
  if kind % 32 >= 16 then terms.tail, from = string.sub(content, 1, 16), 17 end
  if kind % 16 >= 8 then
    local length = string.byte(content, from + 21)
    terms.removes = string.byte(content, from) == 49
    terms.keys, terms.bytes = tonumber(string.sub(content, from + 1, from + 10)), tonumber(string.sub(content, from + 11, from + 20))
    terms.key = string.sub(content, from + 22, from + 21 + length)
    from = from + 22 + length
  end
  if kind >= 64 then
    local t, after = {}, from + 52
    t.life, t.retention = tonumber(string.sub(content, from, from + 15)), tonumber(string.sub(content, from + 16, from + 31))
    terms.life = t.life
    if t.retention == 0 then return terms, string.sub(content, from + 32) end
    t.most, t.readers = tonumber(string.sub(content, from + 32, from + 41)), string.sub(content, from + 42, from + 51)
    for _, part in ipairs({ 'node', 'sender', 'id' }) do
      local high, low = string.byte(content, after, after + 1)
      t[part] = string.sub(content, after + 2, after + 1 + high * 256 + low)
      after = after + 2 + high * 256 + low
    end
    terms.track, from = t, after
  end
  return terms, string.sub(content, from)
end

-- Whether there is room for a content, and what set_state needs.
local function state_room(meta, terms, content)
  local hash, places = state_keys(meta)
  local before = call('HSTRLEN', hash, terms.key)
  -- A foreign key in place of one of these fails here, before anything is stored.
  local known = call('ZSCORE', places, terms.key)
  local bytes = (tonumber(call('HGET', meta, 's') or '0') or 0) - (before > 0 and before + #terms.key or 0)
  if terms.removes then return { hash = hash, places = places, bytes = bytes } end
  bytes = bytes + #terms.key + #content
  if bytes > terms.bytes or not known and call('ZCARD', places) >= terms.keys then return nil end
  return { hash = hash, places = places, bytes = bytes }
end

local function set_state(meta, terms, room, at, content)
  if terms.removes then
    call('HDEL', room.hash, terms.key)
    call('ZREM', room.places, terms.key)
  else
    call('HSET', room.hash, terms.key, content)
    call('ZADD', room.places, at, terms.key)
  end
  if room.bytes > 0 then call('HSET', meta, 's', string.format('%.0f', room.bytes)) else call('HDEL', meta, 's') end
end
