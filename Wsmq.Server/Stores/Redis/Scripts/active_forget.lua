-- Removes nodes that are gone from the states of addresses. Those that no node reads go back to their metas once nothing of them is in journals.
-- uses: active
-- flags: allow-oom
-- KEYS[1] states of the active addresses of the lane (hash)   KEYS[2] temporary key   KEYS[3 + 2 i …] of address i: log (stream), meta (hash)
-- ARGV[1] prefix of the key of a node's lease; the node id follows   ARGV[2 …] the name of each address, after its length in two bytes
local active, lease, gone = KEYS[1], ARGV[1], {}

local function is_gone(node)
  if gone[node] == nil then gone[node] = call('EXISTS', lease .. node) == 0 end
  return gone[node]
end

local function look(i)
  local name, changed = ARGV[1 + i], false
  local state = active_of(active, name)
  if not state then return end
  local nodes = state.nodes
  for at = 1, #nodes, 8 do
    local node = string.sub(nodes, at, at + 7)
    if is_gone(node) then changed = set_node(state, node, false) or changed end
  end
  if changed then save_active(active, name, KEYS[1 + 2 * i], KEYS[2 + 2 * i], state) end
end

-- Corrupt keys of one address must not keep the others from being looked at.
for i = 1, #ARGV - 1 do pcall(look, i) end
