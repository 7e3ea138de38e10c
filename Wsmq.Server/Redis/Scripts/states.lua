-- Where logs begin and end. Asked for its readers now and then: heals what was forgotten, and lets go what is consumed.
-- KEYS[1]              lease of the asking node
-- KEYS[2 + 2 i …]      of log i: log (stream), meta (hash)
-- ARGV[1] node         ARGV[2] how long its lease is, ms
-- ARGV[3] grace in µs  ARGV[4] of every log 1 where the node has readers of it, else 0
-- Returns tail, removed, consumed and membership version of every log; four times nothing where another hand has spoilt its keys
local node, grace, present = ARGV[1], tonumber(ARGV[3]), ARGV[4]

-- A server that is full or takes no writes for now still says where its logs end. A replica may lag: entries would seem lost.
local first = string.find(present, '1', 1, true)
local failure = first and redis.pcall('SET', KEYS[1], '1', 'PX', ARGV[2]).err
if failure and string.find(failure, 'READONLY', 1, true) then return redis.error_reply(failure) end
local writable = first and not failure

local function look(i)
  local log, meta = KEYS[2 * i], KEYS[2 * i + 1]
  local state = call('HMGET', meta, 't', 'c', 'v', 'n', 'x')
  local tail, consumed = state[1] or zero, state[2] or zero
  if writable and string.byte(present, i) == 49 then
    note(meta, state[4] or '', node)
    if state[5] and consumed >= tail then retire(log, meta, grace) end
  end
  return { tail, removed_of(log, tail), consumed, state[3] or '0' }
end

local results, nothing = {}, { '', '', '', '' }
for i = 1, #present do
  local done, state = pcall(look, i)
  for k = 1, 4 do results[#results + 1] = (done and state or nothing)[k] end
end
return results
