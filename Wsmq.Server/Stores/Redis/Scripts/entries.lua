-- Part of the scripts that append to logs: adds entries, and saves what that changes in the meta.
-- uses: retention, marks
-- Limits of a kind of log: entries (count), age in µs and bytes. Contents up to size small are not counted in the bytes: even the maximum
-- count of them takes at most half of the byte limit. That covers most messages.
local function rules_of(count, age, bytes)
  bytes = tonumber(bytes)
  return { count = count, age = tonumber(age), bytes = bytes, small = bytes / (2 * tonumber(count)) + 8 }
end

-- A log to add to. tail: its tail, or nil before its first entry; due: when removal by age is due; counted: its bytes after the last mark
local function open_log(log, meta, rules, tail, due, counted)
  return { log = log, meta = meta, rules = rules, tail = tail, due = due, counted = counted, open = nil, marks = nil, changed = false }
end

local function add(l, at, before, content)
  call('XADD', l.log, 'MAXLEN', l.rules.count, at, 'p', before, 'e', content)
  l.tail, l.changed = at, true
  local size = #content
  if size > l.rules.small then
    l.open = (l.open or bytes_after(l.counted)) + size - 8
    if l.open * 16 >= l.rules.bytes then
      l.marks, l.open = (l.marks or marks_of(l.meta)) .. at .. string.format('%012.0f', l.open), 0
    end
  end
end

-- Saves the tail, and the bytes after the last mark if they changed. Removal by age and renewal of the time to live are deferred
-- until they are due; read.lua removes expired entries exactly. The log still outlives its last entry, which was appended at most
-- a sixteenth of the maximum age after the last renewal.
-- spare: a temporary key if the log has no readers, and should take little memory
local function save_log(l, now, now_id, spare)
  local log, meta, due, rules = l.log, l.meta, l.due, l.rules
  -- A corrupt due time (usually letters, which compare above ':') counts as due.
  if due and now_id < due and due < ':' then
    if l.open then call('HSET', meta, 't', l.tail, 'b', l.open) else call('HSET', meta, 't', l.tail) end
  else
    remove(log, math.max(now - rules.age, 0))
    call('PEXPIRE', log, string.format('%.0f', math.ceil(rules.age * 1.125 / 1000)))
    call('HSET', meta, 't', l.tail, 'x', digits(now + rules.age / 16))
    if l.open then call('HSET', meta, 'b', l.open) end
    if spare then fit(log, spare) end
  end
  if l.marks then lighten(log, meta, l.marks, rules.bytes) end
end
