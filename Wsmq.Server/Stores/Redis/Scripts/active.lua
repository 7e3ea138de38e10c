-- Shared by the scripts that use the state of an address which some node reads. It is not in the address's meta, but in a hash of the lane:
-- a batch reads and writes the states of all its addresses with one command each. The meta of such an address has an older tail, and no nodes.
-- uses: prelude, interest_list
-- A state is a text: tail (16), link (28), base (16), consumed (16), mode (1), nodes (8 each).
--   link   of the last entry of a journal that has messages of the address: node (8), number of the batch (12), group (4), and which address
--          of the group it is (4)
--   base   what follows it, up to the tail, is in journals; the rest is in the log, or was removed
--   mode   J: messages go to a journal. O: to the address's own log, because a device is away
local no_link = string.rep('0', 28)

-- Parses a state. Fails for a corrupt one.
local function active_state(text)
  local tail, base, consumed = string.sub(text, 1, 16), string.sub(text, 45, 60), string.sub(text, 61, 76)
  local mode = string.sub(text, 77, 77)
  if not (position(tail) and position(base) and position(consumed)) or (mode ~= 'J' and mode ~= 'O') or (#text - 77) % 8 ~= 0 then
    error('the state of an active address is malformed')
  end
  return {
    tail = tail, link = string.sub(text, 17, 44), base = base, consumed = consumed, mode = mode, nodes = string.sub(text, 78),
  }
end

-- Returns the state of an address; nil if no node reads it.
local function active_of(active, name)
  local text = call('HGET', active, name)
  return text and active_state(text) or nil
end

local function active_text(state)
  return table.concat({ state.tail, state.link, state.base, state.consumed, state.mode, state.nodes })
end

-- The position of the newest entry of a log; zero without one, and if it is foreign.
local function newest_of(log)
  local newest = call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  return newest and position(string.match(newest[1], '^(%d+)%-0$')) or zero
end

-- Removes what is left of a log if messages after it were in a journal only, and were acknowledged by every device: a reader would take the
-- place between for a loss.
local function close_hole(log, meta, state)
  local newest = newest_of(log)
  if newest > zero and newest < state.base and state.base <= state.consumed then
    call('UNLINK', log)
    call('HDEL', meta, 'x')
  end
end

-- Saves a state; without nodes and messages in journals it goes back to the meta.
local function save_active(active, name, log, meta, state)
  if state.nodes ~= '' or state.tail > state.base then return call('HSET', active, name, active_text(state)) end
  close_hole(log, meta, state)
  call('HDEL', active, name)
  if state.tail > zero then call('HSET', meta, 't', state.tail) end
end

-- Adds a node to the nodes of a state, or removes it. Returns whether that changed anything.
local function set_node(state, node, reads)
  local kept = {}
  for i = 1, #state.nodes, 8 do
    local other = string.sub(state.nodes, i, i + 7)
    if other ~= node then kept[#kept + 1] = other end
  end
  if reads == (#kept * 8 < #state.nodes) then return false end
  state.nodes = table.concat(kept) .. (reads and node or '')
  return true
end

-- Makes an address active, and adds a node to those that read it. All but the nodes stays in the meta.
local function activate(active, name, meta, node)
  local saved = call('HMGET', meta, 't', 'c', 'n')
  local tail, consumed = saved[1] or zero, position(saved[2]) or zero
  local state = {
    tail = tail, base = tail, consumed = consumed, link = no_link, mode = consumed >= tail and 'J' or 'O',
    nodes = whole(saved[3] or ''),
  }
  set_node(state, node, true)
  -- A corrupt tail stays where it is, and fails what uses it.
  active_state(active_text(state))
  call('HSET', active, name, active_text(state))
  call('HDEL', meta, 'n')
  return state
end

-- Adds a node to those that read an address, and returns the state of the address; nil if it is not active.
-- may: whether it may become active
local function enter(active, name, log, meta, node, may)
  local state = active_of(active, name)
  if state then
    if set_node(state, node, true) then save_active(active, name, log, meta, state) end
    return state
  end
  if may then return activate(active, name, meta, node) end
  note(meta, call('HGET', meta, 'n') or '', node)
end
