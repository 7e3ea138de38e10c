-- Shared by the scripts that use the interested nodes of an address: field n of its meta, node ids of 8 characters, concatenated.
-- A corrupt list counts as empty: each interested node adds itself again with its next tail check (states.lua) or declaration (declare.lua).
-- uses: prelude
local function whole(nodes) return #nodes % 8 == 0 and nodes or '' end

-- Adds a node to the current list.
local function note(meta, nodes, node)
  nodes = whole(nodes)
  for i = 1, #nodes, 8 do
    if string.sub(nodes, i, i + 7) == node then return end
  end
  call('HSET', meta, 'n', nodes .. node)
end

local function forget(meta, node)
  local nodes, kept = whole(call('HGET', meta, 'n') or ''), {}
  for i = 1, #nodes, 8 do
    local other = string.sub(nodes, i, i + 7)
    if other ~= node then kept[#kept + 1] = other end
  end
  if #kept == 0 then call('HDEL', meta, 'n') else call('HSET', meta, 'n', table.concat(kept)) end
  return #kept
end

local function tell_nodes(nodes, publish, channel, message)
  for i = 1, #nodes, 8 do call(publish, channel .. string.sub(nodes, i, i + 7), message) end
end

local function tell(meta, publish, channel, message) tell_nodes(whole(call('HGET', meta, 'n') or ''), publish, channel, message) end
