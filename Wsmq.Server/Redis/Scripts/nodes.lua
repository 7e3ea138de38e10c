-- Put in front of the scripts that know which nodes read an address: field n of its meta, ids of 8 characters in a row.
-- A list by another hand is begun anew: each node says with its next comparison that it is there.
local function whole(nodes) return #nodes % 8 == 0 and nodes or '' end

-- Adds a node, given what is there.
local function note(meta, nodes, node)
  nodes = whole(nodes)
  for i = 1, #nodes, 8 do
    if string.sub(nodes, i, i + 7) == node then return end
  end
  redis.call('HSET', meta, 'n', nodes .. node)
end

local function forget(meta, node)
  local nodes, kept = whole(redis.call('HGET', meta, 'n') or ''), {}
  for i = 1, #nodes, 8 do
    local other = string.sub(nodes, i, i + 7)
    if other ~= node then kept[#kept + 1] = other end
  end
  if #kept == 0 then redis.call('HDEL', meta, 'n') else redis.call('HSET', meta, 'n', table.concat(kept)) end
  return #kept
end

local function tell(meta, publish, channel, message)
  local nodes = whole(redis.call('HGET', meta, 'n') or '')
  for i = 1, #nodes, 8 do redis.call(publish, channel .. string.sub(nodes, i, i + 7), message) end
end

