-- Stores a batch of jobs; deduplication, limits, storing and signal are atomic. Items are grouped by queue. Consumers of the same node may
-- be given jobs in the same call; of jobs that are all given out, no node is signalled.
-- uses: job_store, job_taking, message_ids, sequences, batches, signals
-- KEYS[1]          number of the last batch of this node and lane
-- KEYS[2 … 4]      recent message ids (hashes: id -> position), one hash per time slice, used in rotation
-- KEYS[5 + 18 j …] of queue j: its keys, see jobs.lua and outcomes.lua
-- ARGV[1]          number of this batch
-- ARGV[2]          number that the last batch must have; or, negated, the lowest number that it may have
-- ARGV[3]          how long the batch number is stored, ms
-- ARGV[4]          deduplication window, µs
-- ARGV[5]          PUBLISH or SPUBLISH
-- ARGV[6]          prefix of a node's channel; the node id follows
-- ARGV[7]          prefix of the key of a node's lease; the node id follows
-- ARGV[8]          number of items per queue, two bytes each
-- ARGV[9 …]        per queue: its name, after its length in two bytes; most waiting jobs; most bytes of jobs; how many arguments its take
--                  has, 0 if there is no take. Then the id of each item (16 bytes), the terms of each (see job_store.lua), and the content
--                  of each (as in append.lua). The terms of one with a place in a sequence begin with S, and the place is before its content
--                  (see sequences.lua). Then the arguments of each take, see job_take.lua
-- Returns          one string: per item N (new), D (duplicate), U (another job has its unique text), F (the queue is full), what append.lua
--                  returns for a place in a sequence (E, G, H, M, Q or S), or X (the keys of its queue are corrupt), each followed by the
--                  position of the job. With takes, a list of this string and, for each take, the reply of job_take.lua; empty if none was
--                  made because nothing was stored
local refused = begin_batch(KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3])
if refused then return refused end

local counts = ARGV[8]
local queues = #counts / 2
local ids = 8 + 4 * queues
local taking = 0
for j = 1, queues do taking = taking + tonumber(ARGV[8 + 4 * j]) end
local items = (#ARGV - ids - taking) / 3
local terms, contents = ids + items, ids + 2 * items

local now = micros()
local now_id = digits(now)
local message = message_ids(now, tonumber(ARGV[4]), ids + 1, terms, true)
local signals = signals_of(ARGV[5], ARGV[6], ARGV[7])
local successor = positions_from(now_id)

local results, n, takes, next_take = {}, 0, {}, contents + items + 1

-- Per queue: the values to save after storing, and the first position that is stored.
local tail, bytes, stored, first_at

-- Those of jobs that have a place in a sequence.
local sequence

local function append(j, q, first, last)
  local state = call('HMGET', q.meta, 't', 'b')
  tail, bytes = state[1] or zero, tonumber(state[2] or '0')
  if not position(tail) then error('the tail is no position') end
  local waiting = call('HLEN', q.jobs) - call('ZCARD', q.leased)
  local most, room = tonumber(ARGV[6 + 4 * j]), tonumber(ARGV[7 + 4 * j])
  for i = first, last do
    local term, content, at, outcome, place = ARGV[terms + i], ARGV[contents + i], nil, 'D', nil
    if string.byte(term) == 83 then
      local read
      sequence = sequence or sequences_of(string.match(KEYS[1], '^(.*:)work:batch:'))
      place, term, content = sequence.terms(content), string.sub(term, 2), string.sub(content, sequence_size + 1)
      read, at, outcome = pcall(sequence.told, place, now)
      if not read then at, outcome = zero, 'X' end
    else
      at = message.find(i)
    end
    if not at then
      local unique = unique_of(term)
      at, outcome = unique ~= '' and call('HGET', q.unique, unique), 'U'
      if not at and (waiting + stored >= most or bytes + #term + #content > room) then
        at, outcome = zero, 'F'
      elseif not at then
        tail, outcome = successor(tail), 'N'
        at, first_at = tail, first_at or tail
        bytes, stored = bytes + store_job(q, now, at, term, content), stored + 1
        if not place then message.add(i, at) end
      end
      -- One that is refused because the queue is full may be sent again, and uses no number up.
      if place and outcome ~= 'F' then sequence.save(place, now, 'S', at) end
    end
    results[n + 1], results[n + 2] = outcome, at
    n = n + 2
  end
end

local function save(q)
  call('HSET', q.meta, 't', tail, 'b', string.format('%.0f', bytes))
  call('HINCRBY', q.meta, 's', stored)
end

-- Makes the take of a queue. Returns whether everything that was stored is given out.
local function make_take(q, count)
  local reply = take_jobs(q, now, next_take, count)
  takes[#takes] = reply
  local left = stored
  for _, job in ipairs(reply[6]) do left = job[2] >= first_at and left - 1 or left end
  return left == 0
end

local function signal(j, q)
  local boxes = signals.boxes(whole(call('HGET', q.meta, 'n') or ''), ARGV[5 + 4 * j])
  signals.entry(boxes, tail, zero, false)
end

-- A corrupt key fails the items of its queue only. Jobs stored before the failure stay stored.
local item = 0
for j = 1, queues do
  local high, low = string.byte(counts, 2 * j - 1, 2 * j)
  local last_item, q, count = item + high * 256 + low, queue_of(5 + 18 * (j - 1)), tonumber(ARGV[8 + 4 * j])
  tail, bytes, stored, first_at = nil, nil, 0, nil
  if count > 0 then takes[#takes + 1] = {} end
  local done = pcall(append, j, q, item + 1, last_item)
  if stored > 0 then
    done = pcall(save, q) and done
    local took, all = false, false
    if count > 0 and done then took, all = pcall(make_take, q, count) end
    if not (took and all) then done = pcall(signal, j, q) and done end
  end
  next_take = next_take + count
  if not done then
    for i = stored > 0 and n / 2 + 1 or item + 1, last_item do results[2 * i - 1], results[2 * i] = 'X', zero end
    n = 2 * last_item
  end
  item = last_item
end

message.save()
signals.close_for(5, 18)
return taking > 0 and { table.concat(results), unpack(takes) } or table.concat(results)
