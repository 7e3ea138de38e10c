-- Reads records of tracked messages of an address.
-- uses: tracking
-- flags: allow-oom
-- KEYS[1] log (stream)   KEYS[2] meta (hash)   KEYS[3] temporary key, which names the slot while it moves
-- ARGV[1] P (by position), I (by id) or L (those of the sender)
-- ARGV[2] sender, or nothing for any   ARGV[3] position, id, or for L the position after which the list begins
-- ARGV[4] the node that is told of changes from now on, or nothing
-- ARGV[5] most readers of each   ARGV[6] the name after which readers begin, or nothing
-- ARGV[7] most records of a list
-- Returns per record: position, sender, id, end, the counts d, a, E, D and L, 1 if the log has the entry, else 0, and its readers, name and value each
local log, index, records, ids = KEYS[1], track_keys(KEYS[2])
local by, sender, sought, node, most, after = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6]

local function readers_of(record)
  local fields, names, values = call('HGETALL', record), {}, {}
  for i = 1, #fields, 2 do
    if string.byte(fields[i]) == 64 then
      local reader = string.sub(fields[i], 2)
      if reader > after then names[#names + 1], values[reader] = reader, fields[i + 1] end
    end
  end
  table.sort(names)
  local found = {}
  for i = 1, math.min(most, #names) do found[2 * i - 1], found[2 * i] = names[i], values[names[i]] end
  return found
end

local function read_record(at)
  local record = records .. at
  local saved = call('HMGET', record, 'o', 'i', 'e', 'd', 'a', 'E', 'D', 'L')
  if not saved[1] or sender ~= '' and saved[1] ~= sender then return nil end
  if node ~= '' then call('HSET', record, 'w', node) end
  for i = 4, 8 do saved[i] = saved[i] or '0' end
  local id = string.format('%.0f', tonumber(at))
  return { at, saved[1], saved[2], saved[3], saved[4], saved[5], saved[6], saved[7], saved[8], #call('XRANGE', log, id, id),
    most > 0 and readers_of(record) or {} }
end

-- Those whose record has expired are removed on the way: a page must not be short because of them.
if by == 'L' then
  local list, found, limit = track_list(KEYS[2], sender), {}, tonumber(ARGV[7])
  repeat
    local some = call('ZRANGEBYSCORE', list, '(' .. sought, '+inf', 'LIMIT', 0, limit - #found)
    for _, at in ipairs(some) do
      sought = at
      local record = read_record(at)
      if record then found[#found + 1] = record else call('ZREM', list, at) end
    end
  until #some == 0 or #found >= limit
  return found
end
if by == 'I' then sought = call('GET', track_id(ids, sender, sought)) end
local at = position(sought)
return at and { read_record(at) } or {}
