-- Records a node's interest in addresses: that it has readers of them, or no longer has any.
-- uses: retention, interest_list
-- flags: allow-oom
-- KEYS[1] lease of the node   KEYS[2] temporary key   KEYS[3 + 2 i …] of address i: log (stream), meta (hash)
-- ARGV[1] node                ARGV[2] duration of its lease, ms   ARGV[3] grace in µs
-- ARGV[4] per address 1 (readers) or 0 (none)
-- Returns per address 1 (done) or 0 (its keys are corrupt)
local lease, spare = KEYS[1], KEYS[2]
local node, duration, grace, interested = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
call('SET', lease, '1', 'PX', duration)
local function set(i)
  local log, meta = KEYS[1 + 2 * i], KEYS[2 + 2 * i]
  if string.byte(interested, i) == 49 then
    note(meta, call('HGET', meta, 'n') or '', node)
  elseif forget(meta, node) == 0 then
    -- No node has readers any more. A fully consumed log expires after the grace; otherwise its entries wait for a reader to reconnect.
    local state = call('HMGET', meta, 't', 'c', 'x')
    if state[3] and (state[2] or zero) >= (state[1] or zero) then retire(log, meta, grace) else fit(log, spare) end
  end
end
local results = {}
for i = 1, #interested do results[i] = pcall(set, i) and '1' or '0' end
return table.concat(results)
