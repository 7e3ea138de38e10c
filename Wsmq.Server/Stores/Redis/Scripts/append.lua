-- Appends a batch of entries; deduplication, append, trimming and signal are atomic. Items are grouped by log.
-- uses: retention, interest_list, signals, marks, message_ids, batches
-- KEYS[1]           number of the last batch of this node and lane
-- KEYS[2 … 4]       recent message ids (hashes: id -> position), one hash per time slice, used in rotation
-- KEYS[5]           temporary key, exists only inside the script
-- KEYS[6 + 2 j …]   of log j: log (stream), meta (hash)
-- ARGV[1]           number of this batch
-- ARGV[2]           number that the last batch must have; or, negated, the lowest number that it may have
-- ARGV[3]           how long the batch number is stored, ms
-- ARGV[4]           deduplication window, µs
-- ARGV[5]           largest entry that is sent inside its signal, bytes
-- ARGV[6]           PUBLISH or SPUBLISH
-- ARGV[7]           prefix of a node's channel; the node id follows
-- ARGV[8]           prefix of the key of a node's lease; the node id follows
-- ARGV[9 … 14]      retention count, age in µs and bytes of users, groups
-- ARGV[15]          per item 1 if it may not create its address, else 0; empty if all may
-- ARGV[16]          number of items per log, two bytes each
-- ARGV[17 …]        the name of each log, after its length in two bytes; then the id of each item (hash of sender, address and id, 16
--                   bytes); then the content of each item: metadata length and body length in four bytes each, metadata, body
-- Returns           one string: per item N (new), C (new, and its address too), D (duplicate), R (refused: the address does not exist)
--                   or X (the keys of its log are corrupt), each followed by the position
local refused = begin_batch(KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3])
if refused then return refused end

local inline_max, counts = tonumber(ARGV[5]) + 8, ARGV[16]
local logs = (#KEYS - 5) / 2
local names, ids = 16, 16 + logs
local contents = ids + (#ARGV - ids) / 2

local now = micros()
local now_id = digits(now)

local message = message_ids(now, tonumber(ARGV[4]), ids + 1, contents)
local signals = signals_of(ARGV[6], ARGV[7], ARGV[8], 7, 2)

local successor = positions_from(now_id)

-- Saves the tail, and the bytes after the last mark if they changed. Removal by age and renewal of the time to live are deferred
-- until they are due; read.lua removes expired entries exactly. The log still outlives its last entry, which was appended at most
-- a sixteenth of the maximum age after the last renewal.
local function close(log, meta, max_age, tail, due, nodes, open)
  -- A corrupt due time (usually letters, which compare above ':') counts as due.
  if due and now_id < due and due < ':' then
    if open then call('HSET', meta, 't', tail, 'b', open) else call('HSET', meta, 't', tail) end
    return
  end
  remove(log, math.max(now - max_age, 0))
  call('PEXPIRE', log, string.format('%.0f', math.ceil(max_age * 1.125 / 1000)))
  call('HSET', meta, 't', tail, 'x', digits(now + max_age / 16))
  if open then call('HSET', meta, 'b', open) end
  if not nodes then fit(log, KEYS[5]) end
end

-- Limits by kind of address: entries (count), age in µs and bytes of a log. Contents up to size small are not counted in the bytes:
-- even the maximum count of them takes at most half of the byte limit. That covers most messages.
local kinds = {}
local function kind_of(letter)
  local kind = kinds[letter]
  if not kind then
    local at = letter == 117 and 9 or 12
    local bytes = tonumber(ARGV[at + 2])
    kind = { count = ARGV[at], age = tonumber(ARGV[at + 1]), bytes = bytes, small = bytes / (2 * tonumber(ARGV[at])) + 8 }
    kinds[letter] = kind
  end
  return kind
end

-- For the first entry ever of a log: N if its address exists already, C if the entry creates it, R if it may not create it.
local function admit(meta, i)
  if call('EXISTS', meta) == 1 then return 'N' end
  return string.byte(ARGV[15], i) == 49 and 'R' or 'C'
end

local results, n = {}, 0

-- Per log: the fields read from its meta, and the values to save there after appending.
local state, tail, boxes, open, marks

local function finish(j, kind)
  local log, meta = KEYS[4 + 2 * j], KEYS[5 + 2 * j]
  close(log, meta, kind.age, tail, state[2], state[3], open)
  if marks then lighten(log, meta, marks, kind.bytes) end
end

-- Appends items first to last, all of log j.
local function append(j, kind, first, last)
  local log, meta = KEYS[4 + 2 * j], KEYS[5 + 2 * j]
  for i = first, last do
    local content, at, new = ARGV[contents + i], message.find(i), 'D'
    if not at then
      if not state then
        state = call('HMGET', meta, 't', 'x', 'n', 'b')
        tail = state[1] and (position(state[1]) or error('the tail is no position'))
      end
      new = tail and 'N' or admit(meta, i)
      if new == 'R' then
        at = zero
      else
        local before, size = tail or zero, #content
        at = successor(before)
        call('XADD', log, 'MAXLEN', kind.count, at, 'p', before, 'e', content)
        boxes = boxes or signals.boxes(whole(state[3] or ''), ARGV[names + j])
        signals.entry(boxes, at, before, size <= inline_max and content)
        tail = at
        message.add(i, at)
        if size > kind.small then
          open = (open or bytes_after(state[4])) + size - 8
          if open * 16 >= kind.bytes then
            marks, open = (marks or marks_of(meta)) .. at .. string.format('%012.0f', open), 0
          end
        end
      end
    end
    results[n + 1], results[n + 2] = new, at
    n = n + 2
  end
  if boxes then finish(j, kind) end
end

-- A corrupt key (wrong type or malformed value) fails the items of its log only. Entries appended before the failure stay stored,
-- so their tail must be saved: a tail before them would be wrong.
local item = 0
for j = 1, logs do
  local high, low = string.byte(counts, 2 * j - 1, 2 * j)
  local last_item, kind = item + high * 256 + low, kind_of(string.byte(ARGV[names + j], 3))
  state, tail, boxes, open, marks = nil, nil, nil, nil, nil
  if not pcall(append, j, kind, item + 1, last_item) then
    local stored = boxes and pcall(finish, j, kind)
    for i = stored and n / 2 + 1 or item + 1, last_item do results[2 * i - 1], results[2 * i] = 'X', zero end
    n = 2 * last_item
  end
  item = last_item
end

message.save()
signals.close()
return table.concat(results)
