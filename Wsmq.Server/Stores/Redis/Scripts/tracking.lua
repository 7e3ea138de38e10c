-- Tracked messages of an address: what has become of them, apart from their log. Keys, named after the meta: tracked (sorted set: positions),
-- track:position (hash, one for each), trackid:hash (string: id of a message -> position) and trackof:hash (sorted set: the positions of a
-- sender); in the lane tracked:of:hash (sorted set: the messages of a sender, as position and name of the address). All expire.
-- Field w of the meta is the highest tracked position: what has none pays only for reading that.
-- A record: o (sender), i (id), e (end of the time to live, or nothing), m (most readers that are listed), n (readers that are), w (node that is
-- told of changes, or nothing), counts of readers by what has become of it: d (delivered), a (acknowledged), E (expired), D (dead-lettered), L
-- (lost); and per reader @name: when it was delivered, when acknowledged, when it ended otherwise (16 each), how (E, D, L, S for skipped, or -).
-- Of a group the reader is a member, and a device of it for which the message was skipped has the field -length:memberdevice.
-- uses: prelude, damage
local function track_keys(meta)
  local at = string.find(meta, '}:meta:', 1, true)
  local before, after = string.sub(meta, 1, at + 1), string.sub(meta, at + 6)
  return before .. 'tracked' .. after, before .. 'track' .. after .. ':', before .. 'trackid' .. after .. ':'
end

local function track_id(ids, sender, id) return ids .. redis.sha1hex(#sender .. ':' .. sender .. id) end

-- The messages of a sender to one address.
local function track_list(meta, sender)
  local at = string.find(meta, '}:meta:', 1, true)
  return string.sub(meta, 1, at + 1) .. 'trackof' .. string.sub(meta, at + 6) .. ':' .. redis.sha1hex(sender)
end

local function track_of(active, sender) return string.sub(active, 1, -7) .. 'tracked:of:' .. redis.sha1hex(sender) end

local function track_skipped(member, device) return '-' .. #member .. ':' .. member .. device end

-- Marks a message for a reader. what: d (delivered), a (acknowledged), E, D, L or S, at a time. device: of d and S, that of a member of a group.
-- Adds a change for the node that is told of it, with the number of the item: number, position, node, sender, id, end, the five counts, reader and
-- its value.
local function track_mark(records, at, reader, what, now_text, changes, number, device)
  local record, field = records .. at, '@' .. reader
  local saved = call('HMGET', record, 'o', 'i', 'e', 'w', 'm', 'n', field)
  if not saved[1] then return end
  local is_listed = saved[7] or tonumber(saved[6] or '0') < tonumber(saved[5])
  if device and what == 'd' then
    call('HDEL', record, track_skipped(reader, device))
  elseif device and is_listed then
    call('HSET', record, track_skipped(reader, device), '')
  end
  local value = saved[7] or zero .. zero .. zero .. '-'
  local delivered, acked, ended, how = string.sub(value, 1, 16), string.sub(value, 17, 32), string.sub(value, 33, 48), string.sub(value, 49)
  if what == 'd' then
    if delivered ~= zero then return end
    delivered = now_text
    if how == 'S' then ended, how = zero, '-' end
  elseif what == 'S' then
    -- Readers that are skipped are not counted.
    if not is_listed or delivered ~= zero or acked ~= zero or ended ~= zero then return end
    ended, how = now_text, what
  elseif what == 'a' then
    if acked ~= zero or how == 'S' then return end
    acked = now_text
    if delivered == zero then
      delivered = now_text
      -- Of one that is not listed the delivery was counted by itself.
      if is_listed then call('HINCRBY', record, 'd', 1) end
    end
  else
    if acked ~= zero or ended ~= zero then return end
    ended, how = now_text, what
  end
  value = delivered .. acked .. ended .. how
  if what ~= 'S' then call('HINCRBY', record, what, 1) end
  if is_listed then
    call('HSET', record, field, value)
    if not saved[7] then call('HINCRBY', record, 'n', 1) end
  end
  if saved[4] == '' then return end
  local counts = call('HMGET', record, 'd', 'a', 'E', 'D', 'L')
  for i = 1, 5 do counts[i] = counts[i] or '0' end
  changes[#changes + 1] = { number, at, saved[4], saved[1], saved[2], saved[3], counts[1], counts[2], counts[3], counts[4], counts[5], reader, value }
end

-- Marks what a cursor that moves passes, but only the first ones, at most so many. An entry that was not delivered is not acknowledged if its time
-- to live is over, or the log does not have it any more; nor is one that was skipped for the device of a member. A foreign key in place of one of
-- these must not fail the ack. Returns how many it has marked, and how far the cursor may go.
local function track_ack(log, meta, reader, device, from, to, most, changes, number)
  local marked, reached = 0, to
  despite_damage(function()
    local index, records = track_keys(meta)
    local now_text = digits(micros())
    local passed = call('ZRANGEBYSCORE', index, '(' .. from, to, 'LIMIT', 0, most + 1)
    if #passed > most then
      -- A foreign member of the set must not become a cursor.
      local last = passed[most]
      if not last then reached = from elseif position(last) and last > from and last < to then reached = last end
    end
    marked = math.min(most, #passed)
    for i = 1, marked do
      local at = passed[i]
      local saved, what = call('HMGET', records .. at, 'e', '@' .. reader, track_skipped(reader, device or '')), 'a'
      if device and saved[3] then
        what = nil
      elseif not saved[2] or string.sub(saved[2], 1, 16) == zero then
        if saved[1] and saved[1] ~= '' and saved[1] <= now_text then
          what = 'E'
        else
          local id = string.format('%.0f', tonumber(at))
          if #call('XRANGE', log, id, id) == 0 then what = 'L' end
        end
      end
      if what then track_mark(records, at, reader, what, now_text, changes, number) end
    end
  end)
  return marked, reached
end
