-- Put in front of append.lua: what is to be told to the nodes that read an address, one message a node or a few where there is much.
-- What is told of one log is never divided.
-- publish     PUBLISH or SPUBLISH      channel, lease   of a node, without the node
-- metas       first and last of the keys of metas, every other key: a node that is gone is forgotten in all of them
local function outbox_of(publish, channel, lease, first_meta, last_meta)
  local boxes, ready, gone = {}, {}, {}

  -- Lua joins up to 8 KiB at once, and more in steps that read much of it again.
  local full = 7600

  local function send(node, message)
    -- A node that crashed left its id behind. One that only lost its connection for a moment still has its lease.
    if call(publish, channel .. node, message) == 0 and call('EXISTS', lease .. node) == 0 then gone[node] = true end
  end

  local outbox = {}

  -- The boxes of some nodes, with the name of the address that comes next.
  function outbox.boxes(nodes, name)
    local some = {}
    for i = 1, #nodes, 8 do
      local node = string.sub(nodes, i, i + 7)
      local box = boxes[node]
      if not box or box.bytes > full then
        -- Nothing is published before all is stored: what fails there would fail the log at hand.
        if box then ready[#ready + 1] = { node, table.concat(box) } end
        box = { n = 0, bytes = 0 }
        boxes[node] = box
      end
      local n = box.n
      box[n + 1], box[n + 2], box.n, box.bytes = 'A', name, n + 2, box.bytes + #name + 1
      some[#some + 1] = box
    end
    return some
  end

  -- An entry, with its content where there is any to be told.
  function outbox.entry(some, id, tail, content)
    for b = 1, #some do
      local box = some[b]
      local n = box.n
      if content then
        box[n + 1], box[n + 2], box[n + 3], box[n + 4], box.n, box.bytes = 'E', id, tail, content, n + 4, box.bytes + #content + 33
      else
        box[n + 1], box[n + 2], box[n + 3], box.n, box.bytes = 'P', id, tail, n + 3, box.bytes + 33
      end
    end
  end

  function outbox.close()
    for r = 1, #ready do send(ready[r][1], ready[r][2]) end
    for node, box in pairs(boxes) do send(node, table.concat(box)) end
    -- A meta that is spoilt is no reason to keep the node in the others.
    for node in pairs(gone) do
      for m = first_meta, last_meta, 2 do pcall(forget, KEYS[m], node) end
    end
  end

  return outbox
end
