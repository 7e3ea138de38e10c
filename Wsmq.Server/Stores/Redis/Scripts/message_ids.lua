-- Part of the scripts that append: the recent message ids of a lane, in one hash per time slice. An id is stored in the current slice and
-- looked up in the current and the previous one, so that it is known for one to two windows.
-- uses: prelude
-- window                   deduplication window, µs
-- first, last              indexes in ARGV of the ids of the batch
-- twice                    whether an id may be in the batch twice
-- values                   where the ids are, if not in ARGV
-- KEYS[2], KEYS[3], KEYS[4]   the hashes (id -> position), used in rotation
local function message_ids(now, window, first, last, twice, values)
  values = values or ARGV
  local slice = math.floor(now / window)
  local function key(s) return KEYS[2 + s % 3] end
  local function known(s)
    local found = call('HMGET', key(s), 'slice', unpack(values, first, last))
    return found[1] == string.format('%.0f', s) and found or {}
  end
  local given, given_before, given_here, fresh, n = known(slice), known(slice - 1), {}, {}, 0
  local ids = {}

  -- Whether any message of the batch may be stored already, or is in it twice: hardly ever.
  local suspects = twice
  for i = 2, last - first + 2 do
    if suspects then break end
    suspects = given[i] or given_before[i]
  end

  -- Returns the position at which the message of item i is stored already, or nil.
  function ids.find(i)
    if not suspects then return nil end
    local at = given[i + 1] or given_before[i + 1]
    return at and position(at) or given_here[values[first + i - 1]]
  end

  -- The items whose messages may be stored already, or are in the batch for the second time.
  local repeated

  local function find_repeated()
    local seen = {}
    repeated = {}
    for i = 1, last - first + 1 do
      local id = values[first + i - 1]
      repeated[i] = given[i + 1] or given_before[i + 1] or seen[id]
      seen[id] = true
    end
  end

  -- Whether the message of an item from one to another may be stored already, or is in the batch before it.
  function ids.knows(from, to)
    if not suspects then return false end
    if not repeated then find_repeated() end
    for i = from, to do if repeated[i] then return true end end
    return false
  end

  function ids.add(i, at)
    local id = values[first + i - 1]
    fresh[n + 1], fresh[n + 2], n = id, at, n + 2
    if suspects then given_here[id] = at end
  end

  function ids.save()
    if n == 0 then return end
    -- UNLINK frees large hashes in a background thread; expiry would not. The expiry is for lanes that are no longer used.
    if not given[1] then
      call('UNLINK', key(slice), key(slice + 1))
      call('HSET', key(slice), 'slice', string.format('%.0f', slice))
      call('PEXPIRE', key(slice), string.format('%.0f', math.ceil(2 * window / 1000) + 3600000))
    end
    call('HSET', key(slice), unpack(fresh))
  end

  return ids
end
