-- uses: retention, interest_list
-- Returns the states of logs. Each node calls it periodically for the logs that it reads (tail check): restores lost interest, and lets
-- fully consumed logs expire.
-- KEYS[1]              lease of the calling node
-- KEYS[2 + 2 i …]      of log i: log (stream), meta (hash)
-- ARGV[1] node         ARGV[2] duration of its lease, ms
-- ARGV[3] grace in µs  ARGV[4] per log 1 if the node has readers of it, else 0
-- Returns tail, removed, consumed and membership version of each log; four empty strings if its keys are corrupt
local lease = KEYS[1]
local node, duration, grace, interested = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]

-- A server that is full or refuses writes still reports its tails. A replica must not: it may lag, and entries would seem lost.
local first = string.find(interested, '1', 1, true)
local failure = first and redis.pcall('SET', lease, '1', 'PX', duration).err
if failure and string.find(failure, 'READONLY', 1, true) then return redis.error_reply(failure) end
local writable = first and not failure

local function look(i)
  local log, meta = KEYS[2 * i], KEYS[2 * i + 1]
  local state = call('HMGET', meta, 't', 'c', 'v', 'n', 'x')
  local tail, consumed = state[1] or zero, state[2] or zero
  if writable and string.byte(interested, i) == 49 then
    note(meta, state[4] or '', node)
    if state[5] and consumed >= tail then retire(log, meta, grace) end
  end
  return { tail, removed_of(log, tail), consumed, state[3] or '0' }
end

local results, nothing = {}, { '', '', '', '' }
for i = 1, #interested do
  local done, state = pcall(look, i)
  for k = 1, 4 do results[#results + 1] = (done and state or nothing)[k] end
end
return results
