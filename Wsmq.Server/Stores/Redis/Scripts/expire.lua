-- Removes entries of a lane whose time to live is over from their logs, and notes where they were (gone.lua), so that an entry does not have to
-- wait for those before it.
-- uses: journal, gone, ends, beginnings, damage
-- flags: allow-oom
-- KEYS[1] states of the active addresses of the lane (hash)   KEYS[2] temporary key, which names the slot while it moves
-- ARGV[1] how long entries stay after their end, µs   ARGV[2] most entries   ARGV[3] bytes of entries after which there is no further one
-- ARGV[4 … 6], ARGV[7 … 9] retention count, age in µs, bytes of users, groups
-- Returns 1 if there are more, else 0; then for each removed entry the meta of its log, position, size of its content, and beginning
local now = micros()
local ends, over = lane_of(KEYS[1]) .. 'ends', digits(math.max(now - tonumber(ARGV[1]), 0))
local most, room = tonumber(ARGV[2]), tonumber(ARGV[3])
local kinds = { user = rules_of(unpack(ARGV, 4, 6)), group = rules_of(unpack(ARGV, 7, 9)) }

-- How long a log is left alone whose keys are corrupt, in µs.
local pause = 3600000000

-- Takes an entry that is removed out of what counts for the limit of bytes.
local function uncount(meta, at, size)
  local marks = marks_of(meta)
  for i = 1, #marks, 28 do
    if string.sub(marks, i, i + 15) >= at then
      local bytes = math.max(tonumber(string.sub(marks, i + 16, i + 27)) - size, 0)
      return call('HSET', meta, 'm', string.sub(marks, 1, i + 15) .. string.format('%012.0f', bytes) .. string.sub(marks, i + 28))
    end
  end
  call('HSET', meta, 'b', string.format('%.0f', math.max(bytes_after(call('HGET', meta, 'b')) - size, 0)))
end

local reply = { 0 }

-- Removes an entry. Returns the end of the range that it belongs to then; nil if it is gone already, or is corrupt, and stays as such.
local function remove_entry(log, meta, at, rules)
  local id = position(at) and string.format('%.0f', tonumber(at))
  local entry = id and call('XRANGE', log, id .. '-0', id .. '-0')[1]
  local fields = entry and entry[2]
  local before = fields and fields[1] == 'p' and fields[3] == 'e' and position(fields[2])
  if not before or before >= at then return nil end
  call('XDEL', log, id .. '-0')
  local size, n = #fields[4], #reply
  if size > rules.small then uncount(meta, at, size - 8) end
  reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4] = meta, at, size, beginning(fields[4], 0)
  most, room = most - 1, room - size
  return add_gone(log, at, before)
end

local function expire(log)
  local own, meta = ends_of(log), string.gsub(log, '}:log:', '}:meta:', 1)
  local rules = kinds[string.match(log, '}:log:(%a+):')] or error('the key of a log is malformed')
  local saved, gone = call('HGET', meta, 'h'), 0
  -- A foreign key in its place fails here, before anything is removed.
  call('ZCARD', gone_key(log))
  local holes = saved
  for _, at in ipairs(call('ZRANGEBYSCORE', own, '-inf', over, 'LIMIT', 0, most)) do
    if most <= 0 or room <= 0 then break end
    local through = remove_entry(log, meta, at, rules)
    call('ZREM', own, at)
    if through then
      gone, holes = gone + 1, holes and holes > through and holes or through
    end
  end
  if gone > 0 then
    if holes ~= saved then call('HSET', meta, 'h', holes) end
    -- As long as the log has entries that are as old.
    call('PEXPIRE', gone_key(log), string.format('%.0f', math.ceil(rules.age * 1.125 / 1000)))
    local oldest = call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
    local before = oldest and position(oldest[2][2])
    if before then forget_gone(log, meta, before, holes) end
    drop(log, meta, gone)
  end
  local first = call('ZRANGE', own, 0, 0, 'WITHSCORES')[2]
  if first then call('ZADD', ends, first, log) else call('ZREM', ends, log) end
end

for _, log in ipairs(call('ZRANGEBYSCORE', ends, '-inf', over, 'LIMIT', 0, most)) do
  if most <= 0 or room <= 0 then break end
  local done, failure = pcall(expire, log)
  if not done and not is_damage(failure) then error(failure) end
  if not done then call('ZADD', ends, 'XX', digits(now + pause), log) end
end
if call('ZRANGEBYSCORE', ends, '-inf', over, 'LIMIT', 0, 1)[1] then reply[1] = 1 end
return reply
