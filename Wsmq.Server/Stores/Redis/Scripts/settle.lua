-- Moves what has not been acknowledged in time from journals to the logs of its addresses: afterwards no entry of a journal with messages up to
-- a position is needed. Addresses without nodes go back to their metas.
-- uses: journal, damage
-- flags: allow-oom
-- KEYS[1] states of the active addresses of the lane (hash)   KEYS[2] temporary key   KEYS[3] how far the calling node has come
-- KEYS[4 + 2 j …] of address j: log (stream), meta (hash)
-- ARGV[1] the position   ARGV[2 … 4] retention count, age in µs and bytes   ARGV[5] most messages to move
-- ARGV[6] what the last call has left in KEYS[3], nothing before the first one   ARGV[7] what this one leaves there: a server that lacks an
--         earlier call, because it was a replica that had not received it, refuses this one, and later the removal (journal_trim.lua)
-- ARGV[8 …] the name of each address, after its length in two bytes
-- Returns per address 0 (nothing to do, or acknowledged), 1 (settled), 2 (its keys are corrupt) or 3 (to be repeated: not looked at, or not all was moved)
local active, through, rules, now, most = KEYS[1], ARGV[1], rules_of(ARGV[2], ARGV[3], ARGV[4]), micros(), tonumber(ARGV[5])
if ARGV[6] ~= '' and call('GET', KEYS[3]) ~= ARGV[6] then return redis.error_reply('WSMQSTALE an earlier call is missing') end
local texts = call('HMGET', active, unpack(ARGV, 8))

local function look(j, text)
  local name, log, meta, state = ARGV[7 + j], KEYS[2 + 2 * j], KEYS[3 + 2 * j], active_state(text)
  local needed = state.tail < through and state.tail or through
  if needed <= state.base then return '0' end
  local moved, whole = 0, true
  if needed > state.consumed then
    moved, whole = settle(active, log, meta, state, rules, now, most)
    most = most - moved
  else
    state.base = needed
  end
  save_active(active, name, log, meta, state)
  return not whole and '3' or needed > state.consumed and '1' or '0'
end

local results = {}
for j = 1, #texts do
  local done, result = true, '0'
  if texts[j] and most <= 0 then
    result = '3'
  elseif texts[j] then
    done, result = pcall(look, j, texts[j])
    -- Another failure than that of a corrupt key, such as a missing permission: nothing may be removed yet.
    if not done and not is_damage(result) then error(result) end
  end
  results[j] = done and result or '2'
end
call('SET', KEYS[3], ARGV[7], 'PX', 3600000)
return table.concat(results)
