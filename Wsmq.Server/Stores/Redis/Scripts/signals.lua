-- Part of the scripts that append: collects the signals for the interested nodes. Each node gets one message, or a few if there is much to send.
-- The signals of one log are never split over messages.
-- uses: interest_list, group_message
-- publish                  PUBLISH or SPUBLISH      channel, lease   prefixes; the node id follows
local function signals_of(publish, channel, lease)
  local boxes, ready, gone = {}, {}, {}

  local function send(node, message)
    -- No subscriber: a crashed node leaves its id in the metas. A node that is only disconnected still has its lease.
    if call(publish, channel .. node, message) == 0 and call('EXISTS', lease .. node) == 0 then gone[node] = true end
  end

  local signals = {}

  -- Returns the buffers (boxes) of the messages to the nodes, after appending a text to them.
  local function boxes_with(nodes, text)
    local some = {}
    for i = 1, #nodes, 8 do
      local node = string.sub(nodes, i, i + 7)
      local box = boxes[node]
      if not box or box.bytes > full then
        -- Publish only after everything is stored: an error in publishing would otherwise fail the current log.
        if box then ready[#ready + 1] = { node, table.concat(box) } end
        box = { n = 0, bytes = 0 }
        boxes[node] = box
      end
      local n = box.n
      box[n + 1], box.n, box.bytes = text, n + 1, box.bytes + #text
      some[#some + 1] = box
    end
    return some
  end

  -- Returns the buffers after appending the name of the address whose signals follow.
  function signals.boxes(nodes, name) return boxes_with(nodes, 'A' .. name) end

  -- Adds the signals of a log, with the name of its address.
  function signals.text(nodes, text) boxes_with(nodes, text) end

  -- Adds the signal of an entry, with its content unless it is too large.
  function signals.entry(some, id, tail, content)
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

  -- Adds what a node has composed for a group of addresses, and its head.
  function signals.group(nodes, head, blob)
    local whole = group_message(head, blob)
    for i = 1, #nodes, 8 do
      local node = string.sub(nodes, i, i + 7)
      ready[#ready + 1] = { node, whole or head }
      if not whole then ready[#ready + 1] = { node, blob } end
    end
  end

  -- Sends everything. Returns the nodes that are gone, as keys: no address has readers there.
  function signals.close()
    for r = 1, #ready do send(ready[r][1], ready[r][2]) end
    for node, box in pairs(boxes) do send(node, table.concat(box)) end
    return gone
  end

  -- The same, and removes the nodes that are gone from metas: from each step-th key, the first one of which is KEYS[first].
  function signals.close_for(first, step)
    for node in pairs(signals.close()) do
      -- A corrupt meta must not prevent the node's removal from the others.
      for m = first, #KEYS, step do pcall(forget, KEYS[m], node) end
    end
  end

  return signals
end
