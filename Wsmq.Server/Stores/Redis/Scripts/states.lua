-- uses: retention, interest_list, active
-- Returns the states of logs. Each node calls it periodically for the logs that it reads (tail check): restores lost interest, and lets
-- fully consumed logs expire.
-- KEYS[1]              lease of the calling node
-- KEYS[2]              states of the active addresses of the lane (hash)
-- KEYS[3 + 2 i …]      of log i: log (stream), meta (hash)
-- ARGV[1] node         ARGV[2] duration of its lease, ms
-- ARGV[3] grace in µs  ARGV[4] per log 1 if the node has readers of it, else 0
-- ARGV[5]              1 if users' addresses may become active, else 0
-- ARGV[6 …]            the name of each user's address, after its length in two bytes; nothing for the others
-- Returns tail, removed, consumed and membership version of each log; four empty strings if its keys are corrupt. What is in journals only
-- and may have been removed does not count as removed
local lease, active = KEYS[1], KEYS[2]
local node, duration, grace, interested, may = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5] == '1'

-- A server that is full or refuses writes still reports its tails. A replica must not: it may lag, and entries would seem lost.
local first = string.find(interested, '1', 1, true)
local failure = first and redis.pcall('SET', lease, '1', 'PX', duration).err
if failure and string.find(failure, 'READONLY', 1, true) then return redis.error_reply(failure) end
local writable = first and not failure

local function look(i)
  local log, meta, name = KEYS[2 * i + 1], KEYS[2 * i + 2], ARGV[5 + i]
  local saved = call('HMGET', meta, 't', 'c', 'v', 'n', 'x', 'h')
  local notes, state = writable and string.byte(interested, i) == 49, nil
  if notes and name ~= '' then
    state = enter(active, name, log, meta, node, may)
  elseif notes then
    note(meta, saved[4] or '', node)
  elseif name ~= '' then
    state = active_of(active, name)
  end
  local tail, consumed = state and state.tail or saved[1] or zero, saved[2] or zero
  if notes and saved[5] and consumed >= tail then retire(log, meta, grace) end
  return { tail, removed_of(log, state and state.base or tail, saved[6], consumed), consumed, saved[3] or '0' }
end

local results, nothing = {}, { '', '', '', '' }
for i = 1, #interested do
  local done, state = pcall(look, i)
  for k = 1, 4 do results[#results + 1] = (done and state or nothing)[k] end
end
return results
