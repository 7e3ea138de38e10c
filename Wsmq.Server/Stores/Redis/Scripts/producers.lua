-- Part of the scripts that append: how far the producers of a lane were processed, in one hash per time slice (key -> state). A state is
-- stored in the current slice and looked up in the current and the previous one, so that it is known for one to two times its expiry.
-- A state is a text: epoch (16 digits), floor (12), then the runs of numbers that are stored, in order: the first one, and the one after
-- the last (12 each). A number below the floor that is in no run cannot be told. ProducerState.cs does the same.
-- uses: prelude
-- now     µs
-- text    what the node has composed of the batch
-- at      where in it begins: how long a state is known at least, in µs (16); the number of producers (4); of how many of them, the first
--         ones, the node expects a state (4); of each other one ?, or ! if something about its numbers in the batch is unusual; the lengths of
--         the states that are expected (2 each); these states, with a comma after each
-- count   how many messages have numbers
-- item    returns of item i the number of its producer, from 1 (two bytes), and its number (12), or 12 times - if its epoch is lower than
--         that of another message of the batch
-- KEYS[6] the states of the active addresses: the keys of a lane begin as it does
-- ARGV    at the end, of each producer: its key; what its state becomes if it is as expected, or without an expected one the state of the
--         numbers in the batch alone
local function producers(now, text, at, count, item)
  local sub, byte, find = string.sub, string.byte, string.find
  local expiry, n, sure = tonumber(sub(text, at, at + 15)), tonumber(sub(text, at + 16, at + 19)), tonumber(sub(text, at + 20, at + 23))
  local slice = math.floor(now / expiry)
  local prefix = sub(KEYS[6], 1, -7) .. 'producers:' .. string.format('%.0f', expiry / 1000) .. ':'
  local function key(s) return prefix .. s % 3 end

  -- Longer than 64 bytes: Redis would look through all fields of a small hash for each one.
  local function mark(s) return string.format('%065.0f', s) end

  local base, letters = #ARGV - 2 * n, at + 24
  local sizes = letters + n - sure
  local places = sizes + 2 * sure
  local names = {}
  for k = 1, n do names[k] = ARGV[base + 2 * k - 1] end

  local function known(s)
    local values = call('HMGET', key(s), 'slice', unpack(names))
    return values[1] == mark(s) and values or {}
  end
  local stored = known(slice)
  local begins, older = not stored[1], nil

  -- Whether all states are as expected, compared at once. No state has a comma.
  local function all_expected()
    for k = 2, sure + 1 do
      if not stored[k] then return false end
    end
    return sure == 0 or find(text, table.concat(stored, ',', 2, sure + 1) .. ',', places, true) == places
  end

  local function is_corrupt(state) return #state < 28 or #state % 24 ~= 4 or not find(state, '^%d+$') end
  local function follows(was, is) return #was > 28 and sub(was, -12) <= sub(is, 29, 40) and sub(was, 1, 16) <= sub(is, 1, 16) end
  local function is_odd(k) return k > sure and byte(text, letters + k - sure - 1) == 33 end

  -- Which are not as expected, and of these, which must be parsed: not if all numbers in the batch are above the highest one before.
  local other, parsed, any, first = {}, {}, false, 1
  if all_expected() then first = sure + 1 end
  local place = places
  for k = first, n do
    local was, wanted = stored[k + 1], nil
    if not was then
      older = older or known(slice - 1)
      was = older[k + 1] or false
      stored[k + 1] = was
    end
    if k <= sure then
      local high, low = byte(text, sizes + 2 * k - 2, sizes + 2 * k - 1)
      wanted = sub(text, place, place + high * 256 + low - 1)
      place = place + high * 256 + low + 1
    end
    if was ~= wanted then
      other[k] = true
      if wanted or is_odd(k) or was and (is_corrupt(was) or not follows(was, ARGV[base + 2 * k])) then parsed[k], any = true, true end
    end
  end

  local function parse(k)
    local was = stored[k + 1]
    local state = { runs = {}, floor = '', epoch = '', added = {} }
    parsed[k] = state
    if not was then return state end
    state.corrupt = is_corrupt(was)
    state.epoch, state.floor = sub(was, 1, 16), sub(was, 17, 28)
    for i = 29, #was, 24 do state.runs[#state.runs + 1] = { sub(was, i, i + 11), sub(was, i + 12, i + 23) } end
    return state
  end

  -- What a repeat is told, or nil: D is stored, S cannot be told, E comes from a stream with a lower epoch.
  local function judge(i)
    local place = item(i)
    local high, low = byte(place, 1, 2)
    local k, number = high * 256 + low, sub(place, 3)
    local state = parsed[k]
    if not state then return nil end
    if state == true then state = parse(k) end
    if state.corrupt then return 'S' end
    if byte(number) == 45 or state.epoch > sub(ARGV[base + 2 * k], 1, 16) then return 'E' end
    if state.added[number] then return 'D' end
    for _, run in ipairs(state.runs) do
      if run[1] <= number and number < run[2] then return 'D' end
    end
    return number < state.floor and 'S' or nil, state, number, k
  end

  local found, added, stored_here = {}, {}, 0

  -- Returns zero if the message of item i must not be stored, and what its sender is told; or nil.
  function found.find(i)
    local told = any and judge(i)
    if told then return zero, told end
  end

  -- Whether that may be so for an item from one to another.
  function found.knows(from, to)
    if not any then return false end
    for i = from, to do
      local told, _, _, k = judge(i)
      if told or k and is_odd(k) then return true end
    end
    return false
  end

  function found.add(i)
    added[i], stored_here = true, stored_here + 1
    if not any then return end
    local _, state, number = judge(i)
    if state then state.added[number] = true end
  end

  -- Two states after another: all numbers of the second one are higher.
  local function joined(was, is)
    local floor, runs = sub(is, 17, 28), sub(was, 29)
    if sub(was, 17, 28) > floor then floor = sub(was, 17, 28) end
    if sub(runs, -12) == sub(is, 29, 40) then runs = sub(runs, 1, -13) .. sub(is, 41) else runs = runs .. sub(is, 29) end
    while #runs > 24 and sub(runs, 13, 24) <= floor do runs = sub(runs, 25) end
    return sub(is, 1, 16) .. floor .. runs
  end

  -- The state with some numbers of this batch, in whatever order.
  local function rebuilt(k, numbers)
    local state = type(parsed[k]) == 'table' and parsed[k] or parse(k)
    local epoch, floor = sub(ARGV[base + 2 * k], 1, 16), sub(ARGV[base + 2 * k], 17, 28)
    if state.corrupt or state.epoch > epoch then return nil end
    if state.floor > floor then floor = state.floor end
    local runs = state.runs
    for _, number in ipairs(numbers) do runs[#runs + 1] = { number, string.format('%012.0f', number + 1) } end
    table.sort(runs, function(a, b) return a[1] < b[1] end)
    local parts, open = {}, nil
    for _, run in ipairs(runs) do
      if open and open[2] >= run[1] then
        if run[2] > open[2] then open[2] = run[2] end
      else
        open = { run[1], run[2] }
        parts[#parts + 1] = open
      end
    end
    local from = 1
    while from < #parts and parts[from][2] <= floor do from = from + 1 end
    for p = 1, #parts do parts[p] = p < from and '' or parts[p][1] .. parts[p][2] end
    return epoch .. floor .. table.concat(parts)
  end

  -- The numbers of each producer that were stored.
  local function numbers_of()
    local numbers = {}
    for k = 1, n do numbers[k] = {} end
    for i in pairs(added) do
      local place = item(i)
      local high, low = byte(place, 1, 2)
      local own = numbers[high * 256 + low]
      own[#own + 1] = sub(place, 3)
    end
    return numbers
  end

  local function put(...)
    -- As in message_ids: UNLINK frees large hashes in a background thread; expiry would not.
    if begins then
      call('UNLINK', key(slice), key(slice + 1))
      call('HSET', key(slice), 'slice', mark(slice))
      call('PEXPIRE', key(slice), string.format('%.0f', math.ceil(2 * expiry / 1000) + 3600000))
    end
    call('HSET', key(slice), ...)
  end

  -- Returns the states that are not as the node expected: pairs of the number of a producer and its state.
  function found.save()
    -- Usually all states were as expected and each message was stored. Otherwise each state is made anew: from the numbers that were stored
    -- if some were not, or if the state was parsed; else by joining what was there and what the node has composed.
    local complete = stored_here == count
    if complete and first > n then return put(unpack(ARGV, base + 1, #ARGV)) end
    local values, told = {}, {}
    local numbers = not (complete and not any) and numbers_of()
    for k = 1, n do
      local value = ARGV[base + 2 * k]
      if parsed[k] or not complete then
        value = rebuilt(k, numbers[k])
      elseif other[k] and stored[k + 1] then
        value = joined(stored[k + 1], value)
      end
      if value then
        values[#values + 1], values[#values + 2] = names[k], value
        if value ~= ARGV[base + 2 * k] or other[k] then told[#told + 1] = { k, value } end
      end
    end
    if #values > 0 then put(unpack(values)) end
    return told
  end

  return found
end
