-- Records a node's interest in addresses: that it has readers of them, or no longer has any.
-- KEYS[1] lease of the node   KEYS[2] temporary key   KEYS[3 + 2 i …] of address i: log (stream), meta (hash)
-- ARGV[1] node                ARGV[2] duration of its lease, ms   ARGV[3] grace in µs
-- ARGV[4] per address 1 (readers) or 0 (none)
-- Returns per address 1 (done) or 0 (its keys are corrupt)
local node, grace, present = ARGV[1], tonumber(ARGV[3]), ARGV[4]
call('SET', KEYS[1], '1', 'PX', ARGV[2])
local function tell_of(i)
  local log, meta = KEYS[1 + 2 * i], KEYS[2 + 2 * i]
  if string.byte(present, i) == 49 then
    note(meta, call('HGET', meta, 'n') or '', node)
  elseif forget(meta, node) == 0 then
    -- No node has readers any more. A fully consumed log expires after the grace; otherwise its entries wait for a reader to reconnect.
    local state = call('HMGET', meta, 't', 'c', 'x')
    if state[3] and (state[2] or zero) >= (state[1] or zero) then retire(log, meta, grace) else fit(log, KEYS[2]) end
  end
end
local results = {}
for i = 1, #present do results[i] = pcall(tell_of, i) and '1' or '0' end
return table.concat(results)
