-- The usual batch of append.lua: each message is new, each address that may be in the journal is as the node knew, and of each other log nothing
-- changes but its newest entries, its tail and its bytes. In any other case append.lua does the batch, except for logs that were appended to
-- before the case was noticed, because only XADD notices a foreign key.
-- KEYS[1 …] and ARGV[1 …] are those of append.lua.
-- It comes before the files that append.lua uses: to define their functions takes longer than to append a message.
-- uses: group_message, unacknowledged_note

-- What appending to log j, the k-th one that is in no group, needs; nil if that is not usual.
-- state      of its address, if that is active
-- content    index in ARGV before its first content
local function plain_log(j, k, state, now_id, content)
  local name, first, second = ARGV[21 + #ARGV[18] + j], string.byte(ARGV[16], 2 * j - 1, 2 * j)
  local log = { name = name, log = KEYS[5 + 2 * k], meta = KEYS[6 + 2 * k], content = content, items = first * 256 + second, ats = {} }
  local saved = redis.pcall('HMGET', log.meta, 't', 'x', 'n', 'b')
  local tail, due, nodes, bytes = saved[1], saved[2], saved[3] or '', saved[4] or '0'
  if state then
    -- Some device is away, so that nothing is in journals. It ends with the readers, as in append_usual.
    tail, nodes = string.sub(state, 1, 16), string.sub(state, 78)
    local base, consumed, mode = string.sub(state, 45, 60), string.sub(state, 61, 76), string.byte(state, 77)
    if nodes == '' or mode ~= 79 or base ~= tail or consumed >= tail or string.find(consumed, '%D') then return end
    log.link, log.rest = string.sub(state, 17, 44), string.sub(state, 61)
  end
  if not tail or #tail ~= 16 or tail >= now_id or string.find(tail, '%D') or #nodes % 8 ~= 0 then return end
  -- As save_log: otherwise more is to be done.
  if not due or now_id >= due or due >= ':' or #bytes > 12 or not string.find(bytes, '^%d+$') then return end
  log.tail, log.nodes = tail, nodes

  -- As rules_of and add: the bytes reach a mark.
  local rules, open = string.byte(name, 3) == 117 and 9 or 12, nil
  local most, largest = tonumber(ARGV[rules + 2]), tonumber(ARGV[rules + 2]) / (2 * tonumber(ARGV[rules])) + 8
  for c = content + 1, content + log.items do
    local size = #ARGV[c]
    if size > largest then open = (open or tonumber(bytes)) + size - 8 end
  end
  if open and open * 16 >= most then return end
  log.count, log.bytes = ARGV[rules], open
  return log
end

-- Appends to a log, and composes its signals. Returns whether all is stored.
local function append_plain(log, now)
  local inline, before, ats, signals, s, read = tonumber(ARGV[5]) + 8, log.tail, log.ats, { 'A', log.name }, 2, log.nodes ~= ''
  for i = 1, log.items do
    local at, content = string.format('%016.0f', now + i - 1), ARGV[log.content + i]
    if type(redis.pcall('XADD', log.log, 'MAXLEN', log.count, at, 'p', before, 'e', content)) == 'table' then break end
    if read then
      local sent = #content <= inline
      signals[s + 1], signals[s + 2], signals[s + 3], signals[s + 4] = sent and 'E' or 'P', at, before, sent and content or ''
      s = s + 4
    end
    ats[i], before = at, at
  end
  if #ats == 0 then return false end
  log.signals = read and table.concat(signals)
  if log.bytes then redis.call('HSET', log.meta, 't', before, 'b', log.bytes) else redis.call('HSET', log.meta, 't', before) end
  if log.rest then redis.call('HSET', KEYS[6], log.name, before .. log.link .. before .. log.rest) end
  return #ats == log.items
end

-- Returns the reply, and the nodes that are gone, as keys. Of a batch that is not usual it returns nil, and the logs that were appended to, by
-- number: positions of the messages that are stored (ats), nodes that read it, signals; and whether the batch has begun.
local function append_usual()
  local call, find, sub, format, byte = redis.call, string.find, string.sub, string.format, string.byte
  local number, active, counts, sizes, node, text = ARGV[1], KEYS[6], ARGV[16], ARGV[18], ARGV[17], ARGV[19]
  local logs, groups, prefix = #counts / 2, #sizes / 2, sub(active, 1, -7)
  local names, numbered = 21 + 2 * groups, #text > 1
  local ids, has_ids, stored = names + logs, not numbered or byte(text, 2) == 49, {}
  -- An id may be in the batch twice.
  if byte(text) ~= 48 then return nil, stored end

  local last_id = ids
  if has_ids then
    for j = 1, 2 * logs, 2 do
      local high, low = byte(counts, j, j + 1)
      last_id = last_id + high * 256 + low
    end
  end

  -- As begin_batch, which says what is wrong.
  local after, last = tonumber(ARGV[2]), tonumber(call('GET', KEYS[1]) or '0')
  if after > 0 and last ~= after or after <= 0 and (last >= tonumber(number) or last < -after) then return nil, stored end

  local time = call('TIME')
  local now = time[1] * 1000000 + time[2]
  local now_id = format('%016.0f', now)

  -- As producers, which describes the text, and parses a state that is not as expected. Here all n states must be: their lengths begin at
  -- 27, and the states after them.
  local producer_key, states_at
  if numbered then
    local expiry, n = tonumber(sub(text, 3, 18)), tonumber(sub(text, 19, 22))
    if tonumber(sub(text, 23, 26)) < n then return nil, stored end
    states_at = #ARGV - 2 * n + 1
    local fields, slice = { 'slice' }, math.floor(now / expiry)
    for k = 1, n do fields[k + 1] = ARGV[states_at + 2 * k - 2] end
    producer_key = prefix .. 'producers:' .. format('%.0f', expiry / 1000) .. ':' .. slice % 3
    local found = call('HMGET', producer_key, unpack(fields))
    if found[1] ~= format('%065.0f', slice) then return nil, stored end
    for k = 2, n + 1 do
      if not found[k] then return nil, stored end
    end
    local places = 27 + 2 * n
    if find(text, table.concat(found, ',', 2, n + 1) .. ',', places, true) ~= places then return nil, stored end
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
    if given[1] ~= format('%.0f', slice) then return nil, stored end
    local given_before = call('HMGET', KEYS[2 + (slice - 1) % 3], 'slice', unpack(values, from, to))
    if given_before[1] ~= format('%.0f', slice - 1) then given_before = {} end
    for i = 2, to - from + 2 do
      if given[i] or given_before[i] then return nil, stored end
    end
  end

  -- All states are compared before anything is changed.
  local states = call('HMGET', active, unpack(ARGV, names + 1, ids))
  local heads, saves, fresh, s, j, i, f, numbers = {}, {}, {}, 0, 0, ids, 0, ARGV[21]
  -- Of the addresses that are to be noted.
  local noted, notes, befores = byte(ARGV[15], -1) == 87 and sub(ARGV[15], -1 - logs, -2), nil, nil
  if noted then notes, befores = {}, {} end
  for g = 1, groups do
    local readers, link, parts = ARGV[20 + 2 * g], node .. number .. format('%04d', g), { now_id }
    local high, low = byte(sizes, 2 * g - 1, 2 * g)
    local size = 76 + #readers
    for h = 1, high * 256 + low do
      j = j + 1
      local state = states[j]
      -- It begins with the tail, and ends with the readers.
      if not (state and state < now_id and #state == size and find(state, readers, 77, true)) then return nil, stored end
      parts[h + 1] = sub(state, 1, 44)
      if noted and byte(noted, j) == 49 then notes[#notes + 1], befores[#befores + 1] = ARGV[names + j], sub(state, 1, 16) end
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
  local grouped, plain, content = j, {}, last_id
  for k = 1, logs - grouped do
    local log = plain_log(grouped + k, k, states[grouped + k], now_id, content)
    if not log then return nil, stored end
    plain[k], content = log, content + log.items
    if noted and byte(noted, grouped + k) == 49 then notes[#notes + 1], befores[#befores + 1] = log.name, log.tail end
  end

  -- First: without its number, a batch that fails after this would be repeated as if nothing of it were stored.
  call('SET', KEYS[1], number, 'PX', ARGV[3])
  stored.begun = true
  for k = 1, #plain do
    local log = plain[k]
    local all = append_plain(log, now)
    if #log.ats > 0 then stored[grouped + k] = log end
    if not all then return nil, stored end
    if has_ids then
      for m = 1, log.items do
        i = i + 1
        local id = ARGV[i]
        if #id == 16 then
          f = f + 2
          fresh[f - 1], fresh[f] = id, log.ats[m]
        end
      end
    end
  end
  local kept, gone = format('%.0f', ARGV[10] * 0.001125), nil
  local journal = prefix .. 'journal:' .. node
  for g = 1, groups do
    local high, low = byte(sizes, 2 * g - 1, 2 * g)
    -- A foreign key in its place must not end the script. Without a journal the node must be named first, as append.lua does.
    local done, id = pcall(call, 'XADD', journal, 'NOMKSTREAM', number .. '-' .. g, 'n', high * 256 + low)
    if not (done and id) then return nil, stored end
  end
  if f > 0 then call('HSET', id_key, unpack(fresh)) end
  if numbered then call('HSET', producer_key, unpack(ARGV, states_at)) end
  if s > 0 then call('HSET', active, unpack(saves)) end
  -- A foreign key in place of theirs must not fail what is stored.
  if noted then pcall(note_unacknowledged, prefix, notes, befores, format('%016.0f', now + sub(ARGV[15], -17 - logs, -2 - logs))) end
  for g = 1, groups do
    local link, head, blob = heads[2 * g - 1], heads[2 * g], ARGV[21 + 2 * g]
    call('SET', prefix .. 'heads:' .. link, head, 'PX', kept)
    call('SET', prefix .. 'blob:' .. link, blob, 'PX', kept)
  end

  -- Only now: publishing may fail.
  local function send_to(reader, message)
    local receivers = call(ARGV[6], ARGV[7] .. reader, message)
    if receivers == 0 and call('EXISTS', ARGV[8] .. reader) == 0 then gone = gone or {}; gone[reader] = true end
  end
  for g = 1, groups do
    local head, blob = 'H' .. heads[2 * g - 1] .. heads[2 * g], ARGV[21 + 2 * g]
    local whole, readers = group_message(head, blob), ARGV[20 + 2 * g]
    for r = 2, #readers, 8 do
      local reader = sub(readers, r, r + 7)
      send_to(reader, whole or head)
      if not whole then send_to(reader, blob) end
    end
  end
  local boxes, replies = {}, {}
  for k = 1, #plain do
    local log = plain[k]
    for r = 1, #log.nodes, 8 do
      local reader = sub(log.nodes, r, r + 7)
      local box = boxes[reader] or { bytes = 0 }
      if box.bytes > full then
        send_to(reader, table.concat(box))
        box = { bytes = 0 }
      end
      boxes[reader], box[#box + 1], box.bytes = box, log.signals, box.bytes + #log.signals
    end
    replies[k] = 'LN' .. table.concat(log.ats, 'N')
  end
  for reader, box in pairs(boxes) do send_to(reader, table.concat(box)) end
  return now_id .. string.rep('J', grouped) .. table.concat(replies), gone
end

local usual_reply, usual_more = append_usual()
if usual_reply and not usual_more then return { usual_reply } end
