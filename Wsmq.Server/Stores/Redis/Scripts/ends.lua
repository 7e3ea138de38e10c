-- When the times to live of entries end: in the lane ends (sorted set: key of a log -> when its first entry ends, µs), and of each log, named
-- after it, ends (sorted set: position -> when the entry ends). Only messages with a time to live that ends before retention removes them.
-- uses: journal
local function ends_of(log)
  local at = string.find(log, '}:log:', 1, true) or error('the key of a log is malformed')
  return string.sub(log, 1, at + 1) .. 'ends' .. string.sub(log, at + 5)
end

-- Notes an entry. Entries that left the log before they ended are forgotten, a few with each further one, once there are more than the log may
-- have; if there still are, this one is not noted, and leaves the log with retention.
local function note_end(active, log, at, life, rules)
  if life >= rules.age then return end
  local own, most = ends_of(log), tonumber(rules.count)
  if call('ZCARD', own) >= most then
    local oldest = call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
    local first = digits(tonumber(string.match(oldest[1], '%d+')))
    for _, other in ipairs(call('ZRANGE', own, 0, 9)) do
      if other < first then call('ZREM', own, other) end
    end
    if call('ZCARD', own) >= most then return end
  end
  local ending = digits(tonumber(at) + life)
  call('ZADD', own, ending, at)
  call('PEXPIRE', own, string.format('%.0f', math.ceil(rules.age * 1.125 / 1000)))
  if call('ZRANGE', own, 0, 0)[1] == at then call('ZADD', lane_of(active) .. 'ends', ending, log) end
end
