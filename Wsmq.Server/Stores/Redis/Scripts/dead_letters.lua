-- Shared by the scripts that handle dead letters. is_ours recognizes foreign data, which is ignored.
-- uses: prelude
local function is_ours(place, known)
  return known and #known >= 42 and not string.find(string.sub(known, 1, 42), '%D')
    and position(string.sub(place, 1, 16)) and string.sub(place, 17, 17) == ':'
end

-- The bytes of one dead letter; 0 if it does not exist.
local function bytes_of(dead, place, overhead)
  local content = call('HSTRLEN', dead, 'e' .. place)
  return content > 0 and content + overhead or 0
end

-- The bytes of all dead letters: field b, which nack.lua writes. Removing dead letters deletes b, and the sum is then recomputed.
local function bytes_of_all(dead, places, overhead)
  local known = call('HGET', dead, 'b')
  if known and #known < 16 and string.find(known, '^%d+$') then return tonumber(known) end
  local bytes = 0
  for _, place in ipairs(call('ZRANGE', places, 0, -1)) do bytes = bytes + bytes_of(dead, place, overhead) end
  return bytes
end

-- The readers of a bucket that may have dead letters are in two sorted sets: the index, by name, for dead_scan.lua; and the ends, by the
-- time at which all dead letters of the reader will have expired. Without the ends, readers whose dead letters expire unread would stay.
local function forget_reader(index, ends, name)
  call('ZREM', index, name)
  call('ZREM', ends, name)
end

-- Adds a reader, and removes a few whose dead letters have expired: more than are added, so that the sets cannot grow without end.
local function note_reader(index, ends, name, now, expiry)
  for _, expired in ipairs(call('ZRANGEBYSCORE', ends, '-inf', string.format('%.0f', now), 'LIMIT', 0, 2)) do
    forget_reader(index, ends, expired)
  end
  call('ZADD', index, 0, name)
  call('ZADD', ends, string.format('%.0f', expiry), name)
end

-- Removes dead letters older than a time, and the oldest ones while there are too many or they take too many bytes; the last one is
-- never evicted for its bytes. Returns how many were evicted before they were too old, and the bytes of the rest.
local function discard(dead, places, before, most, room, bytes, overhead)
  local evicted, count = 0, call('ZCARD', places)
  while count > 0 do
    local oldest = call('ZRANGE', places, 0, 0, 'WITHSCORES')
    local old = (tonumber(oldest[2]) or 0) < before
    if not old and count <= most and (count == 1 or bytes <= room) then break end
    bytes, count = math.max(bytes - bytes_of(dead, oldest[1], overhead), 0), count - 1
    call('HDEL', dead, 'i' .. oldest[1], 'e' .. oldest[1], 'b')
    call('ZREM', places, oldest[1])
    if not old then evicted = evicted + 1 end
  end
  return evicted, bytes
end
