-- Shared by the scripts that use journals. A journal is what one node has appended for addresses that are read: one entry for a group of
-- addresses of a batch, whatever the number of messages. What has not been acknowledged after a short time is moved to the log of its
-- address (settled), and so is what a script needs that works with the log alone.
--   the journal of a node (stream)   ID: number of the batch - group; h heads: time in µs (16), then for each address of the group the position
--                                    before its first message (16) and the link before this one (24): its messages are here, the first one at
--                                    the time, each further one at the next position; or 40 times -: they are not
--   a blob (string)                  what the node has composed: B, node (8), number (12), group (4), length of the table (4), table, contents.
--                                    The table has for each address its name (after its length in two bytes), place and length of its contents
--                                    in the blob (4 each), and its number in the group, from 0 (2). A content is as in a log
-- uses: active, entries
local head_size, heads_start = 40, 16
local elsewhere = string.rep('-', head_size)

-- Where the length of the table begins, counted from 0.
local blob_start = 25

local function number4(text, at)
  local a, b, c, d = string.byte(text, at, at + 3)
  return ((a * 256 + b) * 256 + c) * 256 + d
end

-- The keys of a lane begin as that of its active addresses does.
local function lane_of(active) return string.sub(active, 1, -7) end

local function journal_key(active, node) return lane_of(active) .. 'journal:' .. node end

local function blob_key(active, link) return lane_of(active) .. 'blob:' .. link end

-- Finds an address in a table; returns place and length of its contents, and its number in the group.
local function find_in(tables, name)
  local _, last = string.find(tables, name, 1, true)
  if not last or last + 10 > #tables then error('a journal has no messages of an address that it should have') end
  local high, low = string.byte(tables, last + 9, last + 10)
  return number4(tables, last + 1), number4(tables, last + 5), high * 256 + low
end

-- Calls use(content) for each content in a text.
local function each_content(text, use)
  local at = 1
  while at <= #text do
    local size = 8 + number4(text, at) + number4(text, at + 4)
    if at + size - 1 > #text then error('the lengths in a blob do not match') end
    use(string.sub(text, at, at + size - 1))
    at = at + size
  end
end

-- Returns what the entry of a journal that a link names has of an address; nil if the entry is not there any more.
local function linked(active, name, link)
  local id, blob = string.sub(link, 9, 20) .. '-' .. string.sub(link, 21), blob_key(active, link)
  local entry = call('XRANGE', journal_key(active, string.sub(link, 1, 8)), id, id)[1]
  if not entry then return nil end
  local heads = entry[2][2]
  local size = number4(call('GETRANGE', blob, blob_start, blob_start + 3), 1)
  local place, length, number = find_in(call('GETRANGE', blob, blob_start + 4, blob_start + 3 + size), name)
  local head = string.sub(heads, heads_start + head_size * number + 1, heads_start + head_size * (number + 1))
  if head == elsewhere then error('a link leads to messages that are elsewhere') end
  return {
    first = position(string.sub(heads, 1, 16)), before = position(string.sub(head, 1, 16)), link = string.sub(head, 17, 40),
    contents = call('GETRANGE', blob, place, place + length - 1),
  }
end

-- Returns what journals have of an address after a position, newest first, and maybe a little more; and whether that is all of it. What is not
-- there any more was acknowledged by every device; what is corrupt is lost, with all before it, and its readers are told so, because the
-- position before the oldest one that is returned is known.
-- most: of how many entries of journals
local function journaled(active, name, state, after, most)
  local found, tail, link = {}, state.tail, state.link
  while tail > after and #found < most do
    local done, part = pcall(linked, active, name, link)
    if not done or not part or not part.first or not part.before or part.before >= tail then break end
    found[#found + 1], tail, link = part, part.before, part.link
  end
  return found, tail <= after
end

-- Calls use(position, position before it, content) for each message that journaled has returned, from the oldest on.
local function each_message(found, use)
  for f = #found, 1, -1 do
    local at, before = found[f].first, found[f].before
    each_content(found[f].contents, function(content)
      use(at, before, content)
      before, at = at, digits(tonumber(at) + 1)
    end)
  end
end

-- Moves what journals have of an address to its log, and remembers in its state that it did. Does not save the state. What every device
-- acknowledged is moved only if the rules have a grace.
local function settle(active, name, log, meta, state, rules, now)
  if state.tail <= state.base then return end
  local keep_from = not rules.grace and state.consumed > state.base and state.consumed or state.base
  local found = journaled(active, name, state, keep_from, 1000)
  local saved, to = call('HMGET', meta, 'x', 'b', 'g'), nil
  local newest = newest_of(log)
  local function move(at, before, content)
    -- Moved already, by a call that failed afterwards.
    if at <= newest then return end
    if not to then
      -- What was acknowledged by every device may be missing before it.
      state.base = before
      close_hole(log, state)
      to = open_log(log, meta, rules, before, saved[1], saved[2])
    end
    add(to, at, before, content)
  end
  each_message(found, function(at, before, content)
    if at > keep_from then move(at, before, content) end
  end)
  state.base, state.link, state.steps = state.tail, no_link, '000'
  if not to then return close_hole(log, state) end
  to.tail = state.tail
  save_log(to, now, digits(now))
  if rules.grace and not saved[3] and state.consumed > zero then pend(meta, state.consumed, now, rules.grace) end
  -- Some device is away, or slow: what follows goes to the log at once, until all is acknowledged.
  if state.consumed < state.tail then state.mode = 'O' end
end

-- Settles an address if it is active, so that its log is complete. Returns its state; nil if it is not active.
local function settled(active, name, log, meta, rules, now)
  local state = active_of(active, name)
  if not state then return nil end
  if state.tail > state.base then
    settle(active, name, log, meta, state, rules, now)
    save_active(active, name, log, meta, state)
  else
    close_hole(log, state)
  end
  return state
end
