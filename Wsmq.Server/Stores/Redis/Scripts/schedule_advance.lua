-- Moves a recurring job on to a later occurrence, and stores the jobs of those that are due.
-- uses: job_store, batches, signals
-- KEYS[1]       recurring jobs (hash): name -> next occurrence, when it was determined, last occurrence, jobs stored, occurrences skipped
--               (16 digits each), definition
-- KEYS[2 … 17]  the queue, see jobs.lua
-- ARGV[1]       PUBLISH or SPUBLISH   ARGV[2] prefix of a node's channel   ARGV[3] prefix of the key of a node's lease
-- ARGV[4]       name of the queue, after its length in two bytes
-- ARGV[5]       name of the recurring job   ARGV[6] its state as the caller has read it, empty if there was none
-- ARGV[7]       next occurrence, empty to remove the recurring job   ARGV[8] last occurrence   ARGV[9] definition
-- ARGV[10]      most waiting jobs   ARGV[11] most bytes of jobs
-- ARGV[12 …]    per job: terms (see job_store.lua) and content (as in append.lua)
-- Returns       D (done), C (the state is another one), E (not due yet) or F (the queue is full); how many jobs were stored
local schedules, name, known, due = KEYS[1], ARGV[5], ARGV[6], ARGV[7]
local q, now, asked = queue_of(2), micros(), (#ARGV - 11) / 2
if (call('HGET', schedules, name) or '') ~= known then return { 'C', 0 } end
if due == '' then
  call('HDEL', schedules, name)
  return { 'D', 0 }
end
local function number_at(from) return tonumber(slice(known, from, 16)) or 0 end
if asked > 0 and number_at(1) > now then return { 'E', 0 } end

local state = call('HMGET', q.meta, 't', 'b', 'n')
local tail, bytes = state[1] or zero, tonumber(state[2] or '0')
if not position(tail) then error('the tail is no position') end
local chosen, taken, size = {}, {}, 0
for i = 12, #ARGV, 2 do
  local unique = unique_of(ARGV[i])
  if unique == '' or not taken[unique] and call('HEXISTS', q.unique, unique) == 0 then
    taken[unique], chosen[#chosen + 1], size = true, i, size + #ARGV[i] + #ARGV[i + 1]
  end
end
local waiting = call('HLEN', q.jobs) - call('ZCARD', q.leased)
if #chosen > 0 and (waiting + #chosen > tonumber(ARGV[10]) or bytes + size > tonumber(ARGV[11])) then return { 'F', 0 } end

-- First, so that a corrupt key below cannot make an occurrence fire again and again.
local counts = digits(number_at(49) + #chosen) .. digits(number_at(65) + asked - #chosen)
call('HSET', schedules, name, due .. digits(now) .. ARGV[8] .. counts .. ARGV[9])
if #chosen == 0 then return { 'D', 0 } end

local successor, signals = positions_from(digits(now)), signals_of(ARGV[1], ARGV[2], ARGV[3])
for _, i in ipairs(chosen) do
  tail = successor(tail)
  bytes = bytes + store_job(q, now, tail, ARGV[i], ARGV[i + 1])
end
call('HSET', q.meta, 't', tail, 'b', string.format('%.0f', bytes))
call('HINCRBY', q.meta, 's', #chosen)
signals.entry(signals.boxes(whole(state[3] or ''), ARGV[4]), tail, zero, false)
signals.close_for(2, #KEYS)
return { 'D', #chosen }
