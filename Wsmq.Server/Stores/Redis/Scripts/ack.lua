-- Moves cursors forward, and schedules the removal of entries that every device of a user has acknowledged.
-- uses: retention
-- flags: allow-oom
-- KEYS       per item of a user's queue: log (stream), meta (hash); of a group: meta (hash), members (hash), cursors of the user (hash)
-- ARGV[1]    grace in µs
-- ARGV[2]    device expiry in µs
-- ARGV[3]    kind of each item, one character: U the user's own queue, G a group, X a source that the user cannot read
-- ARGV[4 …]  per item of a user's queue: device field, position; of a group: user, device, position
-- Returns    one digit per item: 0 (done), 1 (past the tail), 2 (no such reader) or 3 (its keys are corrupt)
local grace, expiry, kinds = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local now = micros()
local now_text = digits(now)
local seen = ':' .. now_text

local function ack_user(log, meta, device, target)
  local state = call('HMGET', meta, 't', 'c', 'g', 'd', 'n', 'k', device)
  if not state[7] then return 2 end
  if target > (state[1] or zero) then return 1 end
  local cursor, failed = string.sub(state[7], 1, 16), ''
  if target > cursor or not position(cursor) then cursor = target else failed = string.sub(state[7], 34) end
  if state[6] == '1' and state[3] and now_text < (state[4] or zero) and state[5] and cursor > (state[2] or zero) then
    -- Fast path: the user's only device, the log has interested nodes, and a grace period is running.
    call('HSET', meta, device, cursor .. seen .. failed, 'c', cursor)
    return 0
  end
  call('HSET', meta, device, cursor .. seen .. failed)
  consume(log, meta, state[6] == '1' and cursor or slowest(meta, now, expiry), state, now, grace, expiry)
  return 0
end

local tails = {}
local function ack_group(meta, members, cursors, user, device, target)
  -- Leaving the group deletes the user's cursors: a cursor implies membership.
  local cursor = call('HGET', cursors, device) or call('HGET', members, user)
  if not cursor then return 2 end
  local tail = tails[meta] or call('HGET', meta, 't') or zero
  tails[meta] = tail
  if target > tail then return 1 end
  -- Failed attempts may follow the cursor in the value (nack.lua). They do not affect the comparison, and are dropped with the cursor.
  if target > cursor or not position(string.sub(cursor, 1, 16)) then call('HSET', cursors, device, target) end
  return 0
end

local results, k, a = {}, 1, 4
for i = 1, #kinds do
  local kind = string.byte(kinds, i)
  if kind == 85 then
    local done, result = pcall(ack_user, KEYS[k], KEYS[k + 1], ARGV[a], ARGV[a + 1])
    results[i] = done and result or 3
    k, a = k + 2, a + 2
  elseif kind == 71 then
    local done, result = pcall(ack_group, KEYS[k], KEYS[k + 1], KEYS[k + 2], ARGV[a], ARGV[a + 1], ARGV[a + 2])
    results[i] = done and result or 3
    k, a = k + 3, a + 3
  else
    results[i] = 2
  end
end
return table.concat(results)
