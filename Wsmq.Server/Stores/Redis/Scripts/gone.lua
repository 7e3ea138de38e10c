-- Ranges of entries that were removed from the middle of a log because their time to live is over (expire.lua): their readers are told so, and
-- not of a loss. Key, named after the log: gone (sorted set: position before the first one of a range -> position of its last one). Between two
-- entries of the log there is at most one range. Field h of the meta is the end of the newest one: a log without ranges pays for no more than
-- reading that. What is before the oldest entry is of no use any more, and may stay for a while.
-- uses: prelude
local function gone_key(log)
  local at = string.find(log, '}:log:', 1, true)
  return string.sub(log, 1, at + 1) .. 'gone' .. string.sub(log, at + 5)
end

-- The position before the range that ends at a position; nil if there is none.
local function gone_before(log, at)
  local from = call('ZRANGEBYSCORE', gone_key(log), at, at, 'LIMIT', 0, 1)[1]
  return from and position(from) and from < at and from or nil
end

-- The ranges that end after a position, by their ends: at most so many, the oldest ones.
local function gone_after(log, after, most)
  local found, ranges = call('ZRANGEBYSCORE', gone_key(log), '(' .. after, '+inf', 'WITHSCORES', 'LIMIT', 0, most), {}
  for i = 1, #found, 2 do
    local through = digits(tonumber(found[i + 1]))
    if position(found[i]) and found[i] < through then ranges[through] = found[i] end
  end
  return ranges
end

-- Adds an entry to the ranges: one that ends before it and one that begins after it become one with it. Returns the end of its range.
local function add_gone(log, at, before)
  local key = gone_key(log)
  local from, through = gone_before(log, before) or before, call('ZSCORE', key, at)
  if through then call('ZREM', key, at) end
  through = through and digits(tonumber(through)) or at
  call('ZADD', key, through, from)
  return through
end

-- Forgets the ranges that end before a position; of very many only a part.
local function forget_gone(log, meta, keep_from, holes)
  if not holes then return end
  local key = gone_key(log)
  if holes < keep_from then
    call('UNLINK', key)
    call('HDEL', meta, 'h')
    return
  end
  local old = call('ZRANGEBYSCORE', key, '-inf', '(' .. keep_from, 'LIMIT', 0, 1000)
  if #old > 0 then call('ZREM', key, unpack(old)) end
end
