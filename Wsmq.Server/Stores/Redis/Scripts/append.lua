-- Appends a batch of entries; deduplication, append, trimming and signal are atomic. Items are grouped by log. Messages for addresses that
-- some node reads go into the journal of this node, one entry for all addresses that the same nodes read: the node has composed it, with what
-- it knew of the readers. What is not as it knew goes to the log of its address.
-- uses: append_usual, signals, repeats, batches, journal, delayed, state, sequences, track_add, ends
-- KEYS[1]           number of the last batch of this node and lane
-- KEYS[2 … 4]       recent message ids (hashes: id -> position), one hash per time slice, used in rotation
-- KEYS[5]           temporary key, exists only inside the script
-- KEYS[6]           states of the active addresses of the lane (hash)
-- KEYS[7 …]         log (stream) and meta (hash) of each log that is in no group; the others are in ARGV[20], because they are hardly
--                   ever used: only if something is not as the node knew
-- ARGV[1]           number of this batch, 12 digits
-- ARGV[2]           number that the last batch must have; or, negated, the lowest number that it may have
-- ARGV[3]           how long the batch number is stored, ms
-- ARGV[4]           deduplication window, µs
-- ARGV[5]           largest entry that is sent inside its signal, bytes
-- ARGV[6]           PUBLISH or SPUBLISH
-- ARGV[7]           prefix of a node's channel; the node id follows
-- ARGV[8]           prefix of the key of a node's lease; the node id follows
-- ARGV[9 … 14]      retention count, age in µs and bytes of users, groups
-- ARGV[15]          per item a character from 0 on: 1 if it may not create its address, 2 more if it has a delay, 4 if it had one and is due,
--                   8 if it is state, 16 if it expects a tail, 32 if it has a place in a sequence, 64 if it has a time to live or is
--                   tracked; empty if all are 0.
--                   If addresses are to be noted (unacknowledged_note.lua), there follow after how many µs they are due (16 digits), per log
--                   1 if it is one of them, else 0, and W
-- ARGV[16]          number of items per log, two bytes each
-- ARGV[17]          id of this node
-- ARGV[18]          number of logs per group, two bytes each
-- ARGV[19]          1 if an id may be in the batch twice, else 0; then more if there are messages with numbers, see repeats.lua
-- ARGV[20]          log and meta of each log that is in a group, each after its length in two bytes
-- ARGV[21]          the numbers of the addresses of a group, from 0000 on
-- ARGV[22 …]        per group: mode and nodes that the states of its addresses are expected to have, blob; then the name of each log, after
--                   its length in two bytes; then the id of each item (hash of sender, address and id, 16 bytes; or a number, see
--                   repeats.lua); then the content of each item that is in no blob: metadata length and body length in four bytes each,
--                   metadata, body; before it the terms of a delay (delayed.lua), or the key of an item that is due; and before that the
--                   terms of state and of tracking (state.lua), and before these the place in a sequence (sequences.lua)
-- Returns           a string: time in µs (16), then per log J (its items are in the journal, from the time on), or L and per item N (new),
--                   C (new, and its address too), W (waits until the time that follows), V (waits, and its address is new), F (too many of
--                   its sender wait), D (duplicate; with a number, or if it waits, without its position), S (cannot be told), E (from a
--                   stream with a lower epoch, or has one), R (refused: the address does not exist), P (refused: the log has the tail that
--                   follows), T (refused: too much state), G (skips the number after the one that follows), H (another message has its number),
--                   Q (its number is used up by the error or letter that follows), M (too many sequences of its sender), K (too many of its
--                   sender are tracked) or X (the keys of its log are corrupt), each followed by the position; then,
--                   for logs that could have been in a group, number (from 0), mode and nodes; and for producers whose state is not as
--                   expected, number (from that of the logs on) and state
local active, node, counts, sizes = KEYS[6], ARGV[17], ARGV[16], ARGV[18]
local logs, groups = #counts / 2, #sizes / 2
local names = 21 + 2 * groups
local ids = names + logs
local firsts, items = { 1 }, 0
for j = 1, logs do
  local high, low = string.byte(counts, 2 * j - 1, 2 * j)
  items = items + high * 256 + low
  firsts[j + 1] = items + 1
end
local grouped = logs - (#KEYS - 6) / 2

-- The keys of log j. Those of the groups are parsed once one is needed.
local keys
local function keys_of(j)
  local own = 7 + 2 * (j - grouped - 1)
  if own >= 7 then return KEYS[own], KEYS[own + 1] end
  if not keys then
    local text, at = ARGV[20], 1
    keys = {}
    while at < #text do
      local high, low = string.byte(text, at, at + 1)
      keys[#keys + 1] = string.sub(text, at + 2, at + 1 + high * 256 + low)
      at = at + 2 + high * 256 + low
    end
  end
  return keys[2 * j - 1], keys[2 * j]
end

-- Removes nodes that are gone (keys of a table) from all addresses.
local function forget_nodes(nodes)
  for node in pairs(nodes) do
    -- A corrupt meta must not prevent the node's removal from the others.
    for j = 1, logs do
      local log, meta = keys_of(j)
      pcall(forget, meta, node)
      pcall(function()
        local state = active_of(active, ARGV[names + j])
        if state and set_node(state, node, false) then save_active(active, ARGV[names + j], log, meta, state) end
      end)
    end
  end
end

if usual_reply then
  forget_nodes(usual_more)
  return { usual_reply }
end

local refused = not usual_more.begun and begin_batch(KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3])
if refused then return refused end

local inline_max, contents = tonumber(ARGV[5]) + 8, string.byte(ARGV[19], 2) == 48 and ids or ids + items

local now = micros()
local now_id = digits(now)
local message = repeats(now, tonumber(ARGV[4]), ids, items, ARGV[19])
local signals = signals_of(ARGV[6], ARGV[7], ARGV[8])
local successor = positions_from(now_id)
local states = call('HMGET', active, unpack(ARGV, names + 1, ids))

-- Per log: what is returned for it; nothing yet if it is in no group, or not in the journal after all.
local replies = {}

-- Names and new states of the logs that are in the journal.
local saves, saved = {}, 0
local find, sub = string.find, string.sub

-- Which logs are to be noted, and what is known of those to which something was appended.
local noted, notes, befores = string.byte(ARGV[15], -1) == 87 and sub(ARGV[15], -1 - logs, -2), {}, {}
local function note_log(j, before)
  if noted and before and string.byte(noted, j) == 49 then notes[#notes + 1], befores[#befores + 1] = ARGV[names + j], before end
end

-- Puts the messages of neighbouring logs into the journal, except where something is not as the node knew. Returns the heads, and whether
-- there are any messages.
local function to_journal(from, to, readers, link)
  local heads, h, size, used, numbers = { now_id }, 1, 76 + #readers, false, ARGV[21]
  for j = from, to do
    local state, head = states[j], elsewhere
    -- It begins with the tail, and ends with the readers.
    if state and state < now_id and #state == size and find(state, readers, 77, true) then
      local first, last = firsts[j], firsts[j + 1] - 1
      if not message.knows(first, last) then
        local at = now_id
        message.add(first, at)
        for i = first + 1, last do
          at = successor(at)
          message.add(i, at)
        end
        head, used, replies[j] = sub(state, 1, 44), true, 'J'
        note_log(j, sub(state, 1, 16))
        saves[saved + 1] = ARGV[names + j]
        saves[saved + 2] = at .. link .. sub(numbers, 4 * h - 3, 4 * h) .. sub(state, 45)
        saved = saved + 2
      end
    end
    h = h + 1
    heads[h] = head
  end
  return table.concat(heads), used
end

-- As long as a log: what no node settles is removed after the retention.
local journal, kept = journal_key(active, node), string.format('%.0f', ARGV[10] * 0.001125)
-- A journal that begins; also if it was removed because the node was taken for one that is gone.
if groups > 0 and call('EXISTS', journal) == 0 then pcall(call, 'SADD', lane_of(active) .. 'journals', node) end

local from = 1
for g = 1, groups do
  local high, low = string.byte(sizes, 2 * g - 1, 2 * g)
  local to, readers, blob, number = from + high * 256 + low - 1, ARGV[20 + 2 * g], ARGV[21 + 2 * g], string.format('%04d', g)
  local link = node .. ARGV[1] .. number
  local heads, used
  -- A foreign key in place of the journal must not end the script.
  if pcall(call, 'XADD', journal, ARGV[1] .. '-' .. number, 'n', to - from + 1) then heads, used = to_journal(from, to, readers, link) end
  if used then
    call('SET', heads_key(active, link), heads, 'PX', kept)
    call('SET', blob_key(active, link), blob, 'PX', kept)
    signals.group(sub(readers, 2), 'H' .. link .. heads, blob)
  end
  from = to + 1
end
if saved > 0 then call('HSET', active, unpack(saves)) end

local kinds = {}
local function rules_for(name)
  local letter = string.byte(name, 3)
  local rules = kinds[letter]
  if not rules then
    local at = letter == 117 and 9 or 12
    rules = rules_of(ARGV[at], ARGV[at + 1], ARGV[at + 2])
    kinds[letter] = rules
  end
  return rules
end

-- What an item is, see ARGV[15].
local function kind_of(i) return (string.byte(ARGV[15], i) or 48) - 48 end

-- For the first entry ever of a log: N if its address exists already, C if the entry creates it, R if it may not create it.
local function admit(meta, i)
  if call('EXISTS', meta) == 1 then return 'N' end
  return kind_of(i) % 2 == 1 and 'R' or 'C'
end

-- Only where there may be a delay: no other batch is to pay for the names.
local waiting = ARGV[15] ~= '' and delayed_keys(active)

-- The places of items in sequences, by item: they are recognized by these, and not by their ids.
local places, sequence = {}, nil
local function note(i, at) if not places[i] then message.add(i, at) end end

-- Lets an item wait whose delay is not over. Returns the time or zero, and what its sender is told; or nil, and its content.
local function delay(j, i, content, terms)
  local due = delayed_due(content, now)
  -- Not before others that are due.
  if due <= now and not delayed_has(active, due) then return nil, nil, sub(content, terms_size + 1) end
  local _, meta = keys_of(j)
  local told = states[j] and 'N' or admit(meta, i)
  if told == 'R' then return zero, 'R' end
  -- Judged now: when it is due, no sender is there to be told. One that waits already was judged.
  if terms and terms.key and not delayed_waits(active, ARGV[ids + i]) and not state_room(meta, terms, sub(content, terms_size + 1)) then
    return zero, 'T'
  end
  if terms and terms.track and not delayed_waits(active, ARGV[ids + i]) and not track_room(active, meta, terms.track, now) then
    return zero, 'K'
  end
  local added = delayed_add(active, now, due, ARGV[ids + i], ARGV[names + j], content)
  if added == nil then return zero, 'D' end
  if not added then return zero, 'F' end
  note(i, zero)
  if told ~= 'C' then return digits(due), 'W' end
  -- The address exists from now on, so that it is new once.
  call('HSETNX', meta, 'v', 0)
  return digits(due), 'V'
end

-- The blob that has the contents of log j, and its number there; nil if it is in no group.
local function blob_of(j)
  local last = 0
  for g = 1, groups do
    local high, low = string.byte(sizes, 2 * g - 1, 2 * g)
    last = last + high * 256 + low
    if j <= last then return ARGV[21 + 2 * g], j - (last - high * 256 - low) - 1 end
  end
end

-- The contents of the items of a log, in order.
local unsent = contents
local function contents_of(j, first, last)
  local blob, number = blob_of(j)
  if blob then
    local record = records + record_size * number + 1
    local place = number4(blob, record)
    return contents_in(sub(blob, place + 1, place + number4(blob, record + 4)))
  end
  local found = {}
  for i = first, last do found[#found + 1] = ARGV[unsent + i - first + 1] end
  unsent = unsent + last - first + 1
  return found
end

-- Opens the log of an address that is to be appended to; settles the address first.
local function opened(j, rules)
  local name, log, meta = ARGV[names + j], keys_of(j)
  local state = states[j] and active_state(states[j])
  if state then settle(active, log, meta, state, rules, now, math.huge) end
  local saved = call('HMGET', meta, 't', 'x', 'n', 'b')
  local tail = state and state.tail or saved[1]
  if tail then tail = position(tail) or error('the tail is no position') end
  return open_log(log, meta, rules, tail, saved[2], saved[4]), state, state and state.nodes or whole(saved[3] or '')
end

local function finish(j, to, state, nodes)
  save_log(to, now, now_id, nodes == '' and KEYS[5])
  if state then
    state.tail, state.base = to.tail, to.tail
    save_active(active, ARGV[names + j], to.log, to.meta, state)
  end
end

-- Appends the items of log j to its log. part: collects the reply, and what is to be saved after an error
local function append(j, part, all, rules)
  local name, first, boxes = ARGV[names + j], firsts[j], nil
  local before = usual_more[j]
  for i, at in ipairs(before and before.ats or {}) do
    message.add(first + i - 1, at)
    part[i] = 'N' .. at
  end
  part.before = before and before.tail
  if before and before.signals then signals.text(before.nodes, before.signals) end
  for i = first + #part, firsts[j + 1] - 1 do
    local content, kind, key, at, new, terms, place, told = all[i - first + 1], kind_of(i), nil, nil, nil, nil, nil, nil
    if kind % 64 > 31 then
      sequence = sequence or sequences_of(lane_of(active))
      place, content, kind = sequence.terms(content), sub(content, sequence_size + 1), kind - 32
      places[i] = place
    end
    if kind > 7 then terms, content = log_terms(kind, content) end
    kind = kind % 8
    if kind > 3 then
      key, content = sub(content, 1, delayed_key_size), sub(content, delayed_key_size + 1)
      if not call('ZSCORE', waiting, key) then at = zero end
    else
      if place then
        local read
        read, at, new = pcall(sequence.told, place, now)
        if not read then at, new = zero, 'X' end
        told = at
      else
        at, new = message.find(i)
      end
      if not at and kind > 1 then
        local done
        done, at, new, content = pcall(delay, j, i, content, terms)
        if not done then at, new = zero, 'X' end
      end
    end
    if at then
      new = new or 'D'
    else
      if not part.to then part.to, part.state, part.nodes = opened(j, rules) end
      local to = part.to
      new = (to.tail or part.state) and 'N' or admit(to.meta, i)
      local before, room = to.tail or zero, nil
      if new == 'R' then
        at = zero
      elseif terms and terms.tail and terms.tail ~= before then
        new, at = 'P', before
      else
        if terms and terms.key then room = state_room(to.meta, terms, content) end
        if terms and terms.key and not room and not key then new, at = 'T', zero end
        if terms and terms.track and not track_room(active, to.meta, terms.track, now) and not key and not at then new, at = 'K', zero end
      end
      if not at then
        part.before = part.before or before
        at = successor(before)
        add(to, at, before, content)
        boxes = boxes or signals.boxes(part.nodes, name)
        signals.entry(boxes, at, before, #content <= inline_max and content)
        if room then set_state(to.meta, terms, room, at, content) end
        if terms and terms.track then track_add(active, to.meta, terms.track, sub(name, 3), at) end
        -- A foreign key in place of theirs must not fail what is stored: the entry stays until retention removes it.
        if terms and (terms.life or 0) > 0 then pcall(note_end, active, to.log, at, terms.life, rules) end
        if key then delayed_remove(active, key) else note(i, at) end
      end
    end
    if place and not told then sequence.settle(place, now, new, at) end
    part[#part + 1] = new .. at
  end
  if part.to and part.to.changed then
    finish(j, part.to, part.state, part.nodes)
  elseif part.state then
    -- All were refused, but the address is settled.
    part.state.base = part.state.tail
    save_active(active, name, part.to.log, part.to.meta, part.state)
  end
end

-- A corrupt key (wrong type or malformed value) fails the items of its log only. Entries appended before the failure stay stored,
-- so their tail must be saved: a tail before them would be wrong.
local known = {}
for j = 1, logs do
  if not replies[j] then
    local part, count, rules = {}, firsts[j + 1] - firsts[j], rules_for(ARGV[names + j])
    local all = contents_of(j, firsts[j], firsts[j + 1] - 1)
    if not pcall(append, j, part, all, rules) then
      local to, before = part.to, usual_more[j]
      local stored = to and to.changed and pcall(finish, j, to, part.state, part.nodes)
      for i = stored and #part + 1 or before and #before.ats + 1 or 1, count do
        -- What waits or is refused was not to be appended.
        if not (part[i] and find(part[i], '^[WVDFPTSEGHQMK]')) then part[i] = 'X' .. zero end
        -- What is due is tried again later.
        local kind, content = kind_of(firsts[j] + i - 1), all[i]
        if kind % 8 > 3 then
          if kind > 7 then content = select(2, log_terms(kind, content)) end
          pcall(call, 'ZADD', waiting, 'XX', digits(now + corrupt_pause), sub(content, 1, delayed_key_size))
        end
      end
    end
    replies[j] = 'L' .. table.concat(part)
    note_log(j, part.before)
    local state = part.state
    if state and state.mode == 'J' and state.nodes ~= '' then
      known[#known + 1] = { j - 1, 'J' .. state.nodes }
    end
  end
end

-- A foreign key in place of theirs must not fail what is stored.
if noted then
  pcall(note_unacknowledged, lane_of(active), notes, befores, digits(now + tonumber(sub(ARGV[15], -17 - logs, -2 - logs))))
end

for _, state in ipairs(message.save() or {}) do known[#known + 1] = { logs + state[1] - 1, state[2] } end
forget_nodes(signals.close())

local reply = { now_id .. table.concat(replies) }
for k = 1, #known do reply[2 * k], reply[2 * k + 1] = known[k][1], known[k][2] end
return reply
