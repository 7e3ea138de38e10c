-- Moves cursors forward, and schedules the removal of entries that every device of a user has acknowledged.
-- uses: retention, active, damage, tracking
-- flags: allow-oom
-- KEYS[1]    states of the active addresses of the lane (hash)
-- KEYS       then per item of a user's queue: log (stream), meta (hash); of a group: meta (hash), members (hash), cursors of the user (hash),
--            log (stream); then a temporary key, which names the slot while it moves
-- ARGV[1]    grace in µs
-- ARGV[2]    device expiry in µs
-- ARGV[3]    kind of each item, one character: U the user's own queue, G a group, X a source that the user cannot read
-- ARGV[4]    most tracked messages that the call marks
-- ARGV[5 …]  per item of a user's queue: name of the address, after its length in two bytes; of others: nothing
-- ARGV       then per item of a user's queue: device field, position; of a group: user, device, position
-- Returns    one digit per item: 0 (done), 1 (past the tail), 2 (no such reader), 3 (its keys are corrupt) or 4 (its cursor moved as far as
--            tracked messages are marked: call again for the rest); if there are changes of tracked messages of which nodes are told
--            (tracking.lua), a list: that text, and they
local active, grace, expiry, kinds = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local now = micros()
local now_text = digits(now)
local seen = ':' .. now_text
local texts = call('HMGET', active, unpack(ARGV, 5, 4 + #kinds))

-- The states of active addresses, by name: several devices of a user may acknowledge at once.
local states, changed = {}, {}
local function state_of(i)
  local name = ARGV[4 + i]
  if texts[i] and not states[name] then states[name] = active_state(texts[i]) end
  return states[name]
end

-- Positions are times. A user who has acknowledged a message of the last second keeps up, although more may have come meanwhile.
local recent = digits(now - 1000000)
local function note_consumed(name, state, consumed)
  if consumed <= state.consumed then return end
  state.consumed = consumed
  if consumed >= state.tail or consumed >= recent then state.mode = 'J' end
  changed[name] = true
end

-- The value of a reader without the mark that it is new, see open_user.lua.
local function without_new(value)
  return string.sub(value, -4) == ':new' and string.sub(value, 1, -5) or value
end

local changes, markable = {}, tonumber(ARGV[4])

-- Returns how far the cursor may go: what it passes is marked in the same step.
-- tracked: the highest tracked position of the address, if it has any
local function note_tracked(i, log, meta, tracked, from, target, reader, device)
  if not tracked or tracked <= from or target <= from then return target end
  local marked, reached = track_ack(log, meta, reader, device, from, target, markable, changes, i)
  markable = markable - marked
  return reached
end

local function ack_user(i, log, meta, device, target)
  local saved, state = call('HMGET', meta, 't', 'c', 'g', 'd', 'n', 'k', device, 'w', 'h'), state_of(i)
  saved.holes = saved[9]
  if state then saved[1], saved[5] = state.tail, state.nodes ~= '' and state.nodes end
  if not saved[7] then return 2 end
  if target > (saved[1] or zero) then return 1 end
  local cursor, failed = string.sub(saved[7], 1, 16), ''
  local reached = note_tracked(i, log, meta, saved[8], cursor, target, string.sub(device, 2))
  local result = reached == target and 0 or 4
  if result == 4 and reached == cursor then return 4 end
  target = reached
  if target > cursor or not position(cursor) then cursor = target else failed = string.sub(saved[7], 34) end
  -- From its first ack on the reader is not new, wherever that is. The start acknowledges nothing.
  if target ~= zero then failed = without_new(failed) end
  if saved[6] == '1' and saved[3] and now_text < (saved[4] or zero) and saved[5] and cursor > (saved[2] or zero) then
    -- Fast path: the user's only device, the log has interested nodes, and a grace period is running.
    call('HSET', meta, device, cursor .. seen .. failed, 'c', cursor)
    if state then note_consumed(ARGV[4 + i], state, cursor) end
    return result
  end
  call('HSET', meta, device, cursor .. seen .. failed)
  local min = saved[6] == '1' and cursor or slowest(meta, now, expiry)
  consume(log, meta, min, saved, now, grace, expiry)
  if state then note_consumed(ARGV[4 + i], state, min) end
  return result
end

local tails = {}
local function ack_group(i, meta, members, cursors, log, user, device, target)
  -- Leaving the group deletes the user's cursors: a cursor implies membership.
  local own = call('HGET', cursors, device)
  local cursor = own or call('HGET', members, user)
  if not cursor then return 2 end
  local saved = tails[meta] or call('HMGET', meta, 't', 'w')
  tails[meta] = saved
  if target > (saved[1] or zero) then return 1 end
  local from = string.sub(cursor, 1, 16)
  local reached = note_tracked(i, log, meta, saved[2], from, target, user, device)
  local result = reached == target and 0 or 4
  if result == 4 and reached == from then return 4 end
  target = reached
  -- Failed attempts may follow the cursor in the value (nack.lua). They do not affect the comparison, and are dropped with the cursor.
  if target > cursor or not own and target == cursor and target ~= zero or not position(string.sub(cursor, 1, 16)) then
    call('HSET', cursors, device, target)
  elseif own and target ~= zero and without_new(own) ~= own then
    call('HSET', cursors, device, without_new(own))
  end
  return result
end

-- One whose keys are corrupt does not fail the others.
local function result_of(done, result)
  if not done and not is_damage(result) then error(result) end
  return done and result or 3
end

local results, k, a = {}, 2, 5 + #kinds
for i = 1, #kinds do
  local kind = string.byte(kinds, i)
  if kind == 85 then
    local done, result = pcall(ack_user, i, KEYS[k], KEYS[k + 1], ARGV[a], ARGV[a + 1])
    results[i] = result_of(done, result)
    k, a = k + 2, a + 2
  elseif kind == 71 then
    local done, result = pcall(ack_group, i, KEYS[k], KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], ARGV[a], ARGV[a + 1], ARGV[a + 2])
    results[i] = result_of(done, result)
    k, a = k + 4, a + 3
  else
    results[i] = 2
  end
end

local saves = {}
for name in pairs(changed) do saves[#saves + 1], saves[#saves + 2] = name, active_text(states[name]) end
if #saves > 0 then call('HSET', active, unpack(saves)) end
local digits_of_all = table.concat(results)
if #changes == 0 then return digits_of_all end
table.insert(changes, 1, digits_of_all)
return changes
