-- Appends a batch of entries: dedup, entry, trimming and signal of an item are one step. Items are grouped by log.
-- KEYS[1]           number of the last batch of this node and lane
-- KEYS[2 … 4]       ids given lately (hashes: id -> position), a slice of time each, in turns
-- KEYS[5]           a name for a moment
-- KEYS[6 + 2 j …]   of log j: log (stream), meta (hash)
-- ARGV[1]           number of this batch
-- ARGV[2]           number of the batch that must have been the last one, or 0 where any earlier one may
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
local number, after, publish, channel = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[6], ARGV[7]
local window, inline_max, counts = tonumber(ARGV[4]), tonumber(ARGV[5]) + 8, ARGV[19]
local logs = (#KEYS - 5) / 2
local names, ids = 19, 19 + logs
local contents = ids + (#ARGV - ids) / 2

-- A call that was lost on the way may still arrive, and one behind it must not be carried out without it.
local last = tonumber(call('GET', KEYS[1]) or '0')
if after == 0 and last >= number or after ~= 0 and last ~= after then
  return redis.error_reply('WSMQSTALE another batch of this node was executed last')
end
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

local outbox = {}
local function boxes_of(nodes, name)
  local boxes = {}
  for i = 1, #nodes, 8 do
    local node = string.sub(nodes, i, i + 7)
    local box = outbox[node] or {}
    outbox[node] = box
    box[#box + 1] = 'A'
    box[#box + 1] = name
    boxes[#boxes + 1] = box
  end
  return boxes
end

-- Appends one item behind tail and returns its position.
local function add(log, max_count, tail, content)
  -- The last of the numbers that everybody holds exactly.
  if tail >= '9007199254740991' then error('there is no position behind the tail') end
  local id = tail < now_id and now_id or digits(tonumber(tail) + 1)
  call('XADD', log, 'MAXLEN', max_count, id, 'p', tail, 'e', content)
  return id
end

local function signal(boxes, id, tail, content)
  local inline = #content <= inline_max
  for b = 1, #boxes do
    local box, n = boxes[b], #boxes[b]
    box[n + 1], box[n + 2], box[n + 3], box[n + 4] = inline and 'E' or 'P', id, tail, inline and content or nil
  end
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
  call('XTRIM', log, 'MINID', string.format('%.0f', math.max(now - max_age, 0)))
  call('PEXPIRE', log, string.format('%.0f', math.ceil(max_age * 1.125 / 1000)))
  call('HSET', meta, 't', tail, 'x', digits(now + max_age / 16))
  if open then call('HSET', meta, 'b', open) end
  if not nodes then fit(log, KEYS[5]) end
end

-- The bytes of a log: field b of its meta says how many came behind the last mark; field m holds the marks, a sixteenth of the limit
-- apart: 16 digits of a position and 12 of the bytes from the mark before up to there. So bytes are known although entries go for other
-- reasons as well. What another hand has put there counts nothing.
local function bytes_behind(text) return text and #text <= 12 and not string.find(text, '%D') and tonumber(text) or 0 end

local function marks_of(meta)
  local marks = call('HGET', meta, 'm')
  return marks and #marks % 28 == 0 and not string.find(marks, '%D') and marks or ''
end

-- Removes what is too much.
local function lighten(log, meta, marks, max)
  local sum, through = 0, nil
  for i = 17, #marks, 28 do sum = sum + tonumber(string.sub(marks, i, i + 11)) end
  while sum > max - max / 16 and #marks > 28 do
    sum = sum - tonumber(string.sub(marks, 17, 28))
    through, marks = string.sub(marks, 1, 16), string.sub(marks, 29)
  end
  if through then call('XTRIM', log, 'MINID', string.format('%.0f', tonumber(through) + 1)) end
  call('HSET', meta, 'm', marks)
end

-- What is so small that as many of them as a log may have take half of its bytes is not counted: that is most messages.
local limits, smalls, bytes_of = { [117] = 9, [103] = 12, [119] = 15 }, {}, {}
local function small_of(limit)
  if not smalls[limit] then
    bytes_of[limit] = tonumber(ARGV[limit + 2])
    smalls[limit] = bytes_of[limit] / (2 * tonumber(ARGV[limit])) + 8
  end
  return smalls[limit]
end

-- The first entry ever of a log: whether its address exists nevertheless, or comes into being, or may not.
local function admit(meta, i)
  if call('EXISTS', meta) == 1 then return 'N' end
  return string.byte(ARGV[18], i) == 49 and 'R' or 'C'
end

local results, n, remembered = {}, 0, 0

-- Of the log at hand: its meta, and what is to be saved there once items were added.
local state, tail, boxes, open, marks

local function finish(j, limit)
  local log, meta = KEYS[4 + 2 * j], KEYS[5 + 2 * j]
  close(log, meta, tonumber(ARGV[limit + 1]), tail, state[2], state[3], open)
  if marks then lighten(log, meta, marks, bytes_of[limit]) end
end

-- Appends the items of log j, the first of which is item number first.
local function append(j, limit, first, last)
  local log, meta, name = KEYS[4 + 2 * j], KEYS[5 + 2 * j], ARGV[names + j]
  local small = small_of(limit)
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
        at = add(log, ARGV[limit], tail or zero, content)
        boxes = boxes or boxes_of(whole(state[3] or ''), name)
        signal(boxes, at, tail or zero, content)
        tail, given_here[id] = at, at
        remember[remembered + 1], remember[remembered + 2] = id, at
        remembered = remembered + 2
        if #content > small then
          open = (open or bytes_behind(state[4])) + #content - 8
          if open * 16 >= bytes_of[limit] then
            marks, open = (marks or marks_of(meta)) .. tail .. string.format('%012.0f', open), 0
          end
        end
      end
    end
    results[n + 1], results[n + 2] = new, at
    n = n + 2
  end
  if boxes then finish(j, limit) end
end

-- A key of another type, or a value that is none, by somebody else's hand fails what is for its log and nothing else. What was
-- appended before the failure is stored as ever: the tail must not stay behind it.
local item = 0
for j = 1, logs do
  local high, low = string.byte(counts, 2 * j - 1, 2 * j)
  local last_item, limit = item + high * 256 + low, limits[string.byte(ARGV[names + j], 3)]
  state, tail, boxes, open, marks = nil, nil, nil, nil, nil
  if not pcall(append, j, limit, item + 1, last_item) then
    local stored = boxes and pcall(finish, j, limit)
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

for node, box in pairs(outbox) do
  -- A node that crashed left its id behind. One that only lost its connection for a moment still has its lease. A meta that is
  -- spoilt is no reason to tell nobody else.
  if call(publish, channel .. node, table.concat(box)) == 0 and call('EXISTS', ARGV[8] .. node) == 0 then
    for j = 1, logs do pcall(forget, KEYS[5 + 2 * j], node) end
  end
end
return table.concat(results)
