-- Records a node's interest in addresses: that it has readers of them, or no longer has any.
-- uses: retention, interest_list, active
-- flags: allow-oom
-- KEYS[1] lease of the node   KEYS[2] temporary key   KEYS[3] states of the active addresses of the lane (hash)
-- KEYS[4 + 2 i …]             of address i: log (stream), meta (hash)
-- ARGV[1] node                ARGV[2] duration of its lease, ms   ARGV[3] grace in µs
-- ARGV[4] per address 1 (readers) or 0 (none)
-- ARGV[5] 1 if users' addresses may become active, else 0
-- ARGV[6 …] the name of each user's address, after its length in two bytes; nothing for the others
-- Returns per address 1 (done) or 0 (its keys are corrupt)
local lease, spare, active = KEYS[1], KEYS[2], KEYS[3]
local node, duration, grace, interested, may = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5] == '1'
call('SET', lease, '1', 'PX', duration)

-- No node has readers any more. A fully consumed log expires after the grace; otherwise its entries wait for a reader to reconnect.
local function leave(log, meta, tail)
  local saved = call('HMGET', meta, 't', 'c', 'x')
  if saved[3] and (saved[2] or zero) >= (tail or saved[1] or zero) then retire(log, meta, grace) else fit(log, spare) end
end

local function remove(name, log, meta)
  local state = name ~= '' and active_of(active, name)
  if not state then
    if forget(meta, node) == 0 then leave(log, meta) end
  elseif set_node(state, node, false) then
    save_active(active, name, log, meta, state)
    if state.nodes == '' then leave(log, meta, state.tail) end
  end
end

local function set(i)
  local log, meta, name = KEYS[2 * i + 2], KEYS[2 * i + 3], ARGV[5 + i]
  if string.byte(interested, i) == 48 then
    remove(name, log, meta)
  elseif name == '' then
    note(meta, call('HGET', meta, 'n') or '', node)
  else
    enter(active, name, log, meta, node, may)
  end
end

local results = {}
for i = 1, #interested do results[i] = pcall(set, i) and '1' or '0' end
return table.concat(results)
