-- Part of append.lua: makes the record of a tracked message.
-- uses: tracking
local function track_expire(key, before)
  local old = call('ZRANGEBYSCORE', key, '-inf', before, 'LIMIT', 0, 1000)
  if #old > 0 then call('ZREM', key, unpack(old)) end
end

-- Removes what has expired, and returns whether the sender may have one more. Fails for foreign keys, before anything is stored.
local function track_room(active, meta, t, now)
  local own, list, index = track_of(active, t.sender), track_list(meta, t.sender), track_keys(meta)
  local before = '(' .. digits(now - t.retention)
  track_expire(index, before)
  track_expire(list, before)
  track_expire(own, before)
  return call('ZCARD', own) < t.most
end

-- name: of the address, without its length
local function track_add(active, meta, t, name, at)
  local index, records, ids = track_keys(meta)
  local list = track_list(meta, t.sender)
  local record, kept, own = records .. at, string.format('%.0f', math.ceil(t.retention / 1000)), track_of(active, t.sender)
  call('UNLINK', record)
  call('HSET', record, 'o', t.sender, 'i', t.id, 'e', t.life > 0 and digits(tonumber(at) + t.life) or '', 'm', t.readers, 'w', t.node)
  call('PEXPIRE', record, kept)
  call('SET', track_id(ids, t.sender, t.id), at, 'PX', kept)
  call('ZADD', index, at, at)
  call('PEXPIRE', index, kept)
  call('ZADD', own, at, at .. name)
  call('PEXPIRE', own, kept)
  call('ZADD', list, at, at)
  call('PEXPIRE', list, kept)
  call('HSET', meta, 'w', at)
end
