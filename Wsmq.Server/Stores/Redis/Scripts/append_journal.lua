-- The usual batch of append.lua: each message is new, and each address is as the node knew, so that all of them go into the journal. In any
-- other case nothing is changed, and append.lua does the whole batch.
-- KEYS[1 …] and ARGV[1 …] are those of append.lua.
-- It comes before the files that append.lua uses: to define their functions takes longer than to append a message.
-- uses: group_message
local function journal_all()
  local call, find, sub, format, byte = redis.call, string.find, string.sub, string.format, string.byte
  local number, active, counts, sizes, node = ARGV[1], KEYS[6], ARGV[16], ARGV[18], ARGV[17]
  local logs, groups = #counts / 2, #sizes / 2
  local names = 21 + 2 * groups
  local ids = names + logs
  local items = #ARGV - ids
  -- Some log is in no group, or an id may be in the batch twice.
  if #KEYS > 6 or groups == 0 or ARGV[19] ~= '0' then return end

  -- As begin_batch, which says what is wrong.
  local after, last = tonumber(ARGV[2]), tonumber(call('GET', KEYS[1]) or '0')
  if after > 0 and last ~= after or after <= 0 and (last >= tonumber(number) or last < -after) then return end

  local time = call('TIME')
  local now = time[1] * 1000000 + time[2]
  local now_id, slice = format('%016.0f', now), math.floor(now / ARGV[4])

  -- As message_ids, which begins a new slice.
  local id_key, slice_text = KEYS[2 + slice % 3], format('%.0f', slice)
  local given = call('HMGET', id_key, 'slice', unpack(ARGV, ids + 1))
  if given[1] ~= slice_text then return end
  local given_before = call('HMGET', KEYS[2 + (slice - 1) % 3], 'slice', unpack(ARGV, ids + 1))
  if given_before[1] ~= format('%.0f', slice - 1) then given_before = {} end
  for i = 2, items + 1 do
    if given[i] or given_before[i] then return end
  end

  -- All states are compared before anything is changed.
  local states = call('HMGET', active, unpack(ARGV, names + 1, ids))
  local heads, saves, fresh, s, j, i, numbers = {}, {}, {}, 0, 0, 0, ARGV[21]
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
      for k = 0, first * 256 + second - 1 do
        i = i + 1
        if k > 0 then at = format('%016.0f', now + k) end
        fresh[2 * i - 1], fresh[2 * i] = ARGV[ids + i], at
      end
      s = s + 2
      saves[s - 1], saves[s] = ARGV[names + j], at .. link .. sub(numbers, 4 * h - 3, 4 * h) .. sub(state, 45)
    end
    heads[2 * g - 1], heads[2 * g] = link, table.concat(parts)
  end

  local prefix, kept, gone = sub(active, 1, -7), format('%.0f', ARGV[10] * 0.001125), nil
  local journal = prefix .. 'journal:' .. node
  for g = 1, groups do
    local high, low = byte(sizes, 2 * g - 1, 2 * g)
    -- A foreign key in its place must not end the script. Without a journal the node must be named first, as append.lua does.
    local done, id = pcall(call, 'XADD', journal, 'NOMKSTREAM', number .. '-' .. g, 'n', high * 256 + low)
    if not (done and id) then return end
  end
  call('SET', KEYS[1], number, 'PX', ARGV[3])
  call('HSET', id_key, unpack(fresh))
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
