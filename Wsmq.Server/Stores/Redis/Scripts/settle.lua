-- Moves what has not been acknowledged in time from journals to the logs of its addresses: afterwards entries of journals with messages up to
-- a position are needed for the grace only. Addresses without nodes go back to their metas.
-- uses: journal
-- flags: allow-oom
-- KEYS[1] states of the active addresses of the lane (hash)   KEYS[2 + 2 j …] of address j: log (stream), meta (hash)
-- ARGV[1] the position   ARGV[2 … 4] retention count, age in µs and bytes
-- ARGV[5 …] the name of each address, after its length in two bytes
-- Returns per address 0 (nothing to do, or acknowledged), 1 (settled) or 2 (its keys are corrupt)
local active, through, rules, now = KEYS[1], ARGV[1], rules_of(ARGV[2], ARGV[3], ARGV[4]), micros()
local texts = call('HMGET', active, unpack(ARGV, 5))

local function look(j, text)
  local name, log, meta, state = ARGV[4 + j], KEYS[2 * j], KEYS[2 * j + 1], active_state(text)
  local needed = state.tail < through and state.tail or through
  local moves = needed > state.base and needed > state.consumed
  if moves then
    settle(active, name, log, meta, state, rules, now)
  elseif needed > state.base and (state.nodes == '' or state.steps > '500') then
    -- A busy address is not looked for in all entries of a whole grace.
    state.base, state.steps = needed, '000'
  elseif state.nodes ~= '' then
    return '0'
  end
  save_active(active, name, log, meta, state)
  return moves and '1' or '0'
end

local results = {}
for j = 1, #texts do
  local done, result = true, '0'
  if texts[j] then done, result = pcall(look, j, texts[j]) end
  results[j] = done and result or '2'
end
return table.concat(results)
