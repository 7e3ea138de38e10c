-- The usual batch of append.lua: each message is new, and each address is as the node knew, so that all of them go into the journal. In any
-- other case nothing is changed, and append.lua does the whole batch.
-- KEYS[1 …] and ARGV[1 …] are those of append.lua.
-- It comes before the files that append.lua uses: to define their functions takes longer than to append a message.
-- uses: group_message
local function journal_all()
  local call, find, sub, format, byte = redis.call, string.find, string.sub, string.format, string.byte
  local number, active, counts, sizes, node, text = ARGV[1], KEYS[6], ARGV[16], ARGV[18], ARGV[17], ARGV[19]
  local logs, groups, prefix = #counts / 2, #sizes / 2, sub(active, 1, -7)
  local names, numbered = 21 + 2 * groups, #text > 1
  local ids, has_ids, last_id = names + logs, not numbered or byte(text, 2) == 49, #ARGV
  -- Some log is in no group, or an id may be in the batch twice.
  if #KEYS > 6 or groups == 0 or byte(text) ~= 48 then return end

  -- As begin_batch, which says what is wrong.
  local after, last = tonumber(ARGV[2]), tonumber(call('GET', KEYS[1]) or '0')
  if after > 0 and last ~= after or after <= 0 and (last >= tonumber(number) or last < -after) then return end

  local time = call('TIME')
  local now = time[1] * 1000000 + time[2]
  local now_id = format('%016.0f', now)

  -- As producers, which describes the text, and parses a state that is not as expected. Here all n states must be: their lengths begin at
  -- 27, and the states after them.
  local producer_key, states_at
  if numbered then
    local expiry, n = tonumber(sub(text, 3, 18)), tonumber(sub(text, 19, 22))
    if tonumber(sub(text, 23, 26)) < n then return end
    last_id = last_id - 2 * n
    states_at = last_id + 1
    local fields, slice = { 'slice' }, math.floor(now / expiry)
    for k = 1, n do fields[k + 1] = ARGV[last_id + 2 * k - 1] end
    producer_key = prefix .. 'producers:' .. format('%.0f', expiry / 1000) .. ':' .. slice % 3
    local stored = call('HMGET', producer_key, unpack(fields))
    if stored[1] ~= format('%065.0f', slice) then return end
    for k = 2, n + 1 do
      if not stored[k] then return end
    end
    local places = 27 + 2 * n
    if find(text, table.concat(stored, ',', 2, n + 1) .. ',', places, true) ~= places then return end
  end

  -- As message_ids, which begins a new slice.
  local id_key
  if has_ids then
    local values, from, to = ARGV, ids + 1, last_id
    if numbered then
      values, from, to = {}, 1, 0
      for i = ids + 1, last_id do
        if #ARGV[i] == 16 then to = to + 1; values[to] = ARGV[i] end
      end
    end
    local slice = math.floor(now / ARGV[4])
    id_key = KEYS[2 + slice % 3]
    local given = call('HMGET', id_key, 'slice', unpack(values, from, to))
    if given[1] ~= format('%.0f', slice) then return end
    local given_before = call('HMGET', KEYS[2 + (slice - 1) % 3], 'slice', unpack(values, from, to))
    if given_before[1] ~= format('%.0f', slice - 1) then given_before = {} end
    for i = 2, to - from + 2 do
      if given[i] or given_before[i] then return end
    end
  end

  -- All states are compared before anything is changed.
  local states = call('HMGET', active, unpack(ARGV, names + 1, ids))
  local heads, saves, fresh, s, j, i, f, numbers = {}, {}, {}, 0, 0, ids, 0, ARGV[21]
  for g = 1, groups do
    local readers, link, parts = ARGV[20 + 2 * g], node .. number .. format('%04d', g), { now_id }
    local high, low = byte(sizes, 2 * g - 1, 2 * g)
    local size = 76 + #readers
    for h = 1, high * 256 + low do
      j = j + 1
      local state = states[j]
      -- It begins with the tail, and ends with the readers.
      if not (state and state < now_id and #state == size and find(state, readers, 77, true)) then return end
      parts[h + 1] = sub(state, 1, 44)
      local at, first, second = now_id, byte(counts, 2 * j - 1, 2 * j)
      local more = first * 256 + second - 1
      if has_ids then
        for k = 0, more do
          i = i + 1
          if k > 0 then at = format('%016.0f', now + k) end
          local id = ARGV[i]
          if #id == 16 then
            f = f + 2
            fresh[f - 1], fresh[f] = id, at
          end
        end
      elseif more > 0 then
        at = format('%016.0f', now + more)
      end
      s = s + 2
      saves[s - 1], saves[s] = ARGV[names + j], at .. link .. sub(numbers, 4 * h - 3, 4 * h) .. sub(state, 45)
    end
    heads[2 * g - 1], heads[2 * g] = link, table.concat(parts)
  end

  local kept, gone = format('%.0f', ARGV[10] * 0.001125), nil
  local journal = prefix .. 'journal:' .. node
  for g = 1, groups do
    local high, low = byte(sizes, 2 * g - 1, 2 * g)
    -- A foreign key in its place must not end the script. Without a journal the node must be named first, as append.lua does.
    local done, id = pcall(call, 'XADD', journal, 'NOMKSTREAM', number .. '-' .. g, 'n', high * 256 + low)
    if not (done and id) then return end
  end
  call('SET', KEYS[1], number, 'PX', ARGV[3])
  if has_ids then call('HSET', id_key, unpack(fresh)) end
  if numbered then call('HSET', producer_key, unpack(ARGV, states_at)) end
  call('HSET', active, unpack(saves))
  for g = 1, groups do
    local link, head, blob = heads[2 * g - 1], heads[2 * g], ARGV[21 + 2 * g]
    call('SET', prefix .. 'heads:' .. link, head, 'PX', kept)
    call('SET', prefix .. 'blob:' .. link, blob, 'PX', kept)
  end
  -- Only now: publishing may fail.
  for g = 1, groups do
    local head, blob = 'H' .. heads[2 * g - 1] .. heads[2 * g], ARGV[21 + 2 * g]
    local whole, readers = group_message(head, blob), ARGV[20 + 2 * g]
    for r = 2, #readers, 8 do
      local reader = sub(readers, r, r + 7)
      local to = ARGV[7] .. reader
      local receivers = call(ARGV[6], to, whole or head)
      if not whole then call(ARGV[6], to, blob) end
      if receivers == 0 and call('EXISTS', ARGV[8] .. reader) == 0 then gone = gone or {}; gone[reader] = true end
    end
  end
  return now_id .. string.rep('J', logs), gone
end

local usual_reply, usual_gone = journal_all()
if usual_reply and not usual_gone then return { usual_reply } end
