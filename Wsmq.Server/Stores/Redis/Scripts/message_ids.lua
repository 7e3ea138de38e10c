-- Part of the scripts that append: the recent message ids of a lane, in one hash per time slice. An id is stored in the current slice and
-- looked up in the current and the previous one, so that it is known for one to two windows.
-- uses: prelude
-- window                   deduplication window, µs
-- first, last              indexes in ARGV of the ids of the batch
-- KEYS[2], KEYS[3], KEYS[4]   the hashes (id -> position), used in rotation
local function message_ids(now, window, first, last)
  local slice = math.floor(now / window)
  local function key(s) return KEYS[2 + s % 3] end
  local function known(s)
    local found = call('HMGET', key(s), 'slice', unpack(ARGV, first, last))
    return found[1] == string.format('%.0f', s) and found or {}
  end
  local given, given_before, given_here, fresh, n = known(slice), known(slice - 1), {}, {}, 0
  local ids = {}

  -- Returns the position at which the message of item i is stored already, or nil.
  function ids.find(i)
    local at = given[i + 1] or given_before[i + 1]
    return at and position(at) or given_here[ARGV[first + i - 1]]
  end

  -- The items whose messages may be stored already, or are in the batch twice; false without any, the usual case.
  local repeated

  local function find_repeated()
    local seen = {}
    repeated = false
    for i = 1, last - first + 1 do
      local id = ARGV[first + i - 1]
      if given[i + 1] or given_before[i + 1] or seen[id] then
        repeated = repeated or {}
        repeated[i] = true
      end
      seen[id] = true
    end
  end

  -- Whether the message of an item from one to another may be stored already, or is in the batch before it.
  function ids.knows(from, to)
    if repeated == nil then find_repeated() end
    if repeated then
      for i = from, to do if repeated[i] then return true end end
    end
    return false
  end

  function ids.add(i, at)
    local id = ARGV[first + i - 1]
    given_here[id], fresh[n + 1], fresh[n + 2], n = at, id, at, n + 2
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
