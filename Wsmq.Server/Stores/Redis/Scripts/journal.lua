-- Shared by the scripts that use journals. A journal is what one node has appended for addresses that are read: one entry for a group of
-- addresses of a batch, whatever the number of messages. What has not been acknowledged after a short time is moved to the log of its
-- address (settled), and so is what a script needs that works with the log alone.
--   the journal of a node (stream)   ID: number of the batch - group; n: number of addresses
--   heads (string)                   time in µs (16), then for each address of the group the position before its first message (16) and the
--                                    link before this one (28): its messages are here, the first one at the time, each further one at the
--                                    next position; or 44 times -: they are not
--   a blob (string)                  what the node has composed: B, node (8), number (12), group (4), number of addresses (4); then for each
--                                    one place and length of its contents in the blob (4 each), and of its name (2); the names; the
--                                    contents, each as in a log
-- A link names an entry and a number of an address, so that what it has of one address is found without looking at the others.
-- uses: active, entries
local head_size, heads_start = 44, 16
local elsewhere = string.rep('-', head_size)

-- Where in a blob the record of the first address begins, counted from 0.
local records, record_size = 29, 10

local function number4(text, at)
  local a, b, c, d = string.byte(text, at, at + 3)
  return ((a * 256 + b) * 256 + c) * 256 + d
end

-- The keys of a lane begin as that of its active addresses does.
local function lane_of(active) return string.sub(active, 1, -7) end

local function journal_key(active, node) return lane_of(active) .. 'journal:' .. node end

local function heads_key(active, link) return lane_of(active) .. 'heads:' .. link end

local function blob_key(active, link) return lane_of(active) .. 'blob:' .. link end

-- The contents in a text.
local function contents_in(text)
  local found, at = {}, 1
  while at <= #text do
    local size = 8 + number4(text, at) + number4(text, at + 4)
    if at + size - 1 > #text then error('the lengths in a blob do not match') end
    found[#found + 1] = string.sub(text, at, at + size - 1)
    at = at + size
  end
  return found
end

-- A part of a string; nil if its key is foreign.
local function range(key, first, last)
  local text = redis.pcall('GETRANGE', key, first, last)
  if type(text) == 'string' then return text end
  -- Such as one that says that the key is on another server by now: the script must be repeated there.
  if not string.find(text.err, 'WRONGTYPE', 1, true) then error(text) end
end

-- Parses the head of an address. Fails if that is corrupt.
local function parsed(link, time, head)
  if head == elsewhere then error('a link leads to messages that are elsewhere') end
  return {
    first = position(time) or error('the time of an entry is malformed'), before = position(string.sub(head, 1, 16)) or error('a head is malformed'),
    link = string.sub(head, 17, 44), at = link,
  }
end

local function split(link) return string.sub(link, 1, 24), tonumber(string.sub(link, 25, 28)) or 0 end

-- Returns the head of an address in the entry of a journal that a link names; nil if it is not there any more, or is corrupt.
local function linked(active, link)
  local entry, index = split(link)
  local key = heads_key(active, entry)
  local time, head = range(key, 0, 15), range(key, heads_start + head_size * index, heads_start + head_size * (index + 1) - 1)
  if not (time and head) or #head < head_size then return nil end
  local done, part = pcall(parsed, link, time, head)
  return done and part or nil
end

-- Returns the contents that belong to a head; none if they are not there any more, or are corrupt.
local function contents_of_part(active, part)
  local entry, index = split(part.at)
  local key = blob_key(active, entry)
  local record = range(key, records + record_size * index, records + record_size * index + 7)
  if not record or #record < 8 then return {} end
  local place = number4(record, 1)
  local done, contents = pcall(contents_in, range(key, place, place + number4(record, 5) - 1) or '')
  return done and contents or {}
end

-- Returns the heads of what journals have of an address after a position, newest first, and maybe a little more; and whether that is all of it.
-- What is not there any more was acknowledged by every device; what is corrupt is lost, with all before it, and its readers are told so, because
-- the position before the oldest one that is returned is known.
-- most: of how many entries of journals
local function journaled(active, state, after, most)
  local found, tail, link = {}, state.tail, state.link
  while tail > after and #found < most do
    local part = linked(active, link)
    if not part or part.before >= tail then break end
    found[#found + 1], tail, link = part, part.before, part.link
  end
  return found, tail <= after
end

-- Calls use(position, position before it, content) for each message of a part. Returns the last position; nil without contents.
local function each_message(active, part, use)
  local at, before = nil, part.before
  for i, content in ipairs(contents_of_part(active, part)) do
    at = i == 1 and part.first or digits(tonumber(before) + 1)
    use(at, before, content)
    before = at
  end
  return at
end

-- Moves what journals have of an address, and some device has not acknowledged, to its log, oldest first, and remembers in its state that it
-- did. Does not save the state. Returns how many messages were moved, and whether that is all.
-- most: after how many messages it stops, at the end of an entry; but not before half of the entries are moved, because each step looks
--       through the heads of all
local function settle(active, log, meta, state, rules, now, most)
  if state.tail <= state.base then
    if state.base <= state.consumed then close_hole(log, meta, state) end
    return 0, true
  end
  local keep_from = state.consumed > state.base and state.consumed or state.base
  local found, newest, to, moved = journaled(active, state, keep_from, math.huge), newest_of(log), nil, 0
  if newest > state.tail then error('the log has entries past the tail') end
  local function move(at, before, content)
    -- Acknowledged; or moved already, by a call that failed afterwards.
    if at <= keep_from or at <= newest then return end
    if not to then
      -- What was acknowledged by every device may be missing before it.
      state.base = before
      close_hole(log, meta, state)
      local saved = call('HMGET', meta, 'x', 'b')
      to = open_log(log, meta, rules, before, saved[1], saved[2])
    end
    add(to, at, before, content)
    moved = moved + 1
  end
  for f = #found, 1, -1 do
    local last = each_message(active, found[f], move)
    if f > 1 and last and moved >= most and 2 * f <= #found then
      state.base = last
      if state.consumed < last then state.mode = 'O' end
      save_log(to, now, digits(now))
      return moved, false
    end
  end
  state.base, state.link = state.tail, no_link
  if not to then
    close_hole(log, meta, state)
    return 0, true
  end
  to.tail = state.tail
  save_log(to, now, digits(now))
  -- Some device is away, or slow: what follows goes to the log at once, until it keeps up.
  if state.consumed < state.tail then state.mode = 'O' end
  return moved, true
end

-- Settles an address if it is active, so that its log is complete. Returns its state; nil if it is not active.
local function settled(active, name, log, meta, rules, now)
  local state = active_of(active, name)
  if not state then return nil end
  if state.tail > state.base then
    settle(active, log, meta, state, rules, now, math.huge)
    save_active(active, name, log, meta, state)
  else
    close_hole(log, meta, state)
  end
  return state
end
