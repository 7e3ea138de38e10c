-- Appends a batch of entries: dedup, entry, trimming and signal of an item are one step.
-- KEYS[1]          number of the last batch of this node and lane
-- KEYS[2 + 4 i …]  of item i: log (stream), meta (hash), dedup (string), channel
-- ARGV[1]          number of this batch
-- ARGV[2]          how long the batch number is kept, ms
-- ARGV[3]          deduplication window, ms
-- ARGV[4]          largest entry that travels with its signal, bytes
-- ARGV[5]          PUBLISH or SPUBLISH
-- ARGV[6 + 4 i …]  of item i: retention count, retention age in µs, metadata, body
-- Returns          position and 1 for a duplicate, else 0, of every item
local batch_key = KEYS[1]
local batch, batch_ttl, dedup_ms, inline_max, publish = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]

-- A call that timed out may still arrive, behind calls that were made after it: executing it then would break the order.
if tonumber(batch) < tonumber(redis.call('GET', batch_key) or '0') then
  return redis.error_reply('WSMQSTALE a later batch of this node was executed already')
end
redis.call('SET', batch_key, batch, 'PX', batch_ttl)

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

local function append(log, meta, channel, max_count, max_age, metadata, body)
  local state = redis.call('HMGET', meta, 't', 'g', 'd')
  local tail = tonumber(state[1] or '0')
  local position = math.max(now, tail + 1)
  local id, previous = string.format('%016.0f', position), string.format('%016.0f', tail)
  redis.call('XADD', log, string.format('%.0f-0', position), 'p', previous, 'm', metadata, 'b', body)
  redis.call('HSET', meta, 't', id)

  local keep_from = now - max_age
  if state[2] and now >= tonumber(state[3]) then
    keep_from = math.max(keep_from, tonumber(state[2]) + 1)
    redis.call('HDEL', meta, 'g', 'd')
  end
  if keep_from > 0 then redis.call('XTRIM', log, 'MINID', string.format('%.0f', keep_from)) end
  redis.call('XTRIM', log, 'MAXLEN', max_count)
  redis.call('PEXPIRE', log, string.format('%.0f', math.ceil(max_age / 1000)))

  local signal = 'E' .. id .. previous
  if #metadata + #body <= inline_max then
    signal = signal .. string.format('%08d', #metadata) .. metadata .. body
  end
  redis.call(publish, channel, signal)
  return id
end

local results = {}
for i = 0, (#KEYS - 1) / 4 - 1 do
  local log, meta, dedup, channel = KEYS[2 + 4 * i], KEYS[3 + 4 * i], KEYS[4 + 4 * i], KEYS[5 + 4 * i]
  local first = redis.call('GET', dedup)
  if first then
    results[#results + 1] = first
    results[#results + 1] = 1
  else
    local max_count, max_age = ARGV[6 + 4 * i], tonumber(ARGV[7 + 4 * i])
    local id = append(log, meta, channel, max_count, max_age, ARGV[8 + 4 * i], ARGV[9 + 4 * i])
    redis.call('SET', dedup, id, 'PX', dedup_ms)
    results[#results + 1] = id
    results[#results + 1] = 0
  end
end
return results
