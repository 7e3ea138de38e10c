-- Appends a batch of entries: dedup, entry, trimming and signal of an item are one step. Items are grouped by log.
-- KEYS[1]           number of the last batch of this node and lane
-- KEYS[2 … 4]       ids given lately (hashes: id -> position), a slice of time each, in turns
-- KEYS[5]           a name for a moment
-- KEYS[6 + 2 j …]   of log j: log (stream), meta (hash)
-- ARGV[1]           number of this batch
-- ARGV[2]           number of the batch that must have been the last one; or, negated, of the earliest that may have been
-- ARGV[3]           how long the batch number is kept, ms
-- ARGV[4]           deduplication window, µs
-- ARGV[5]           largest entry that travels with its signal, bytes
-- ARGV[6]           PUBLISH or SPUBLISH
-- ARGV[7]           channel of a node, without the node
-- ARGV[8]           key of a node's lease, without the node
-- ARGV[9 … 17]      retention count, age in µs and bytes of users, groups, work queues
-- ARGV[18]          of each item 1 where it may not create its address, else 0; empty where all may
-- ARGV[19]          items of each log, two bytes each
-- ARGV[20 …]        the name of each log, two bytes of length first; then the id of each item (sender, address and id in 16
--                   bytes); then the content of each item: four bytes each of metadata and body length, metadata, body
-- Returns           of every item N (new), C (new, as is its address), D (duplicate), R (refused: the address does not exist) or X
--                   (another hand has spoilt the keys of its log) and its position, in one string
local number, after = tonumber(ARGV[1]), tonumber(ARGV[2])
local window, inline_max, counts = tonumber(ARGV[4]), tonumber(ARGV[5]) + 8, ARGV[19]
local logs = (#KEYS - 5) / 2
local names, ids = 19, 19 + logs
local contents = ids + (#ARGV - ids) / 2

-- A call that was lost on the way may still arrive, and one behind it must not be carried out without it.
local last = tonumber(call('GET', KEYS[1]) or '0')
if after > 0 and last ~= after or after <= 0 and last >= number then
  return redis.error_reply('WSMQSTALE another batch of this node was executed last')
end
-- One that was answered is missing here: this server was the primary once, or became it without having all.
if last < -after then return redis.error_reply('WSMQFENCE a batch of this node that was answered is missing') end
call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])

local now = micros()
local now_id = digits(now)

-- An id is remembered in the slice in which it was given, and looked for in that and the one before: for one to two windows.
local slice = math.floor(now / window)
local function ids_of(s) return KEYS[2 + s % 3] end
local function known(s)
  local found = call('HMGET', ids_of(s), 'slice', unpack(ARGV, ids + 1, contents))
  return found[1] == string.format('%.0f', s) and found or {}
end
local given, given_before, given_here, remember = known(slice), known(slice - 1), {}, {}

local outbox = outbox_of(ARGV[6], ARGV[7], ARGV[8], 7, #KEYS)

-- The position behind a tail. Most are the first or the second of their log in this batch.
local successors = {}
local function behind(tail)
  if tail < now_id then return now_id end
  local after_tail = successors[tail]
  if not after_tail then
    -- The last of the numbers that everybody holds exactly.
    if tail >= '9007199254740991' then error('there is no position behind the tail') end
    after_tail = digits(tonumber(tail) + 1)
    successors[tail] = after_tail
  end
  return after_tail
end

-- Saves the tail, and how many bytes are behind the last mark where that changed. Removing by age and renewing the time to live
-- wait until they are due: read.lua removes exactly. The log outlives its last entry in any case, as that came at most a
-- sixteenth of the age after the last renewal.
local function close(log, meta, max_age, tail, due, nodes, open)
  -- What another hand wrote there, as a rule letters, is due.
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

-- By the kind of an address: how many entries, µs and bytes a log may have, and up to which size a content is not counted: what is so
-- small that as many of them as a log may have take half of its bytes, which is most messages.
local kinds = {}
local function kind_of(letter)
  local kind = kinds[letter]
  if not kind then
    local at = letter == 117 and 9 or letter == 103 and 12 or 15
    local bytes = tonumber(ARGV[at + 2])
    kind = { count = ARGV[at], age = tonumber(ARGV[at + 1]), bytes = bytes, small = bytes / (2 * tonumber(ARGV[at])) + 8 }
    kinds[letter] = kind
  end
  return kind
end

-- The first entry ever of a log: whether its address exists nevertheless, or comes into being, or may not.
local function admit(meta, i)
  if call('EXISTS', meta) == 1 then return 'N' end
  return string.byte(ARGV[18], i) == 49 and 'R' or 'C'
end

local results, n, remembered = {}, 0, 0

-- Of the log at hand: its meta, and what is to be saved there once items were added.
local state, tail, boxes, open, marks

local function finish(j, kind)
  local log, meta = KEYS[4 + 2 * j], KEYS[5 + 2 * j]
  close(log, meta, kind.age, tail, state[2], state[3], open)
  if marks then lighten(log, meta, marks, kind.bytes) end
end

-- Appends the items of log j, the first of which is item number first.
local function append(j, kind, first, last)
  local log, meta = KEYS[4 + 2 * j], KEYS[5 + 2 * j]
  for i = first, last do
    local id, content = ARGV[ids + i], ARGV[contents + i]
    local at, new = given[i + 1] or given_before[i + 1], 'D'
    at = at and position(at) or given_here[id]
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
        at = behind(before)
        call('XADD', log, 'MAXLEN', kind.count, at, 'p', before, 'e', content)
        boxes = boxes or outbox.boxes(whole(state[3] or ''), ARGV[names + j])
        outbox.entry(boxes, at, before, size <= inline_max and content)
        tail, given_here[id] = at, at
        remember[remembered + 1], remember[remembered + 2] = id, at
        remembered = remembered + 2
        if size > kind.small then
          open = (open or bytes_behind(state[4])) + size - 8
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

-- A key of another type, or a value that is none, by somebody else's hand fails what is for its log and nothing else. What was
-- appended before the failure is stored as ever: the tail must not stay behind it.
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

if remembered > 0 then
  -- Large hashes are freed beside the main thread, which a mere expiry would not do; it is for lanes that nobody uses any more.
  if not given[1] then
    call('UNLINK', ids_of(slice), ids_of(slice + 1))
    call('HSET', ids_of(slice), 'slice', string.format('%.0f', slice))
    call('PEXPIRE', ids_of(slice), string.format('%.0f', math.ceil(2 * window / 1000) + 3600000))
  end
  call('HSET', ids_of(slice), unpack(remember))
end

outbox.close()
return table.concat(results)
