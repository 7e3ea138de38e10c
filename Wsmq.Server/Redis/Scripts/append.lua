-- Appends a batch of entries: dedup, entry, trimming and signal of an item are one step.
-- KEYS[1]          number of the last batch of this node and lane
-- KEYS[2 + 5 i …]  of item i: log (stream), meta (hash), cursors (hash), dedup (string), channel
-- ARGV[1]          number of this batch
-- ARGV[2]          how long the batch number is kept, ms
-- ARGV[3]          deduplication window, ms
-- ARGV[4]          largest entry that travels with its signal, bytes
-- ARGV[5]          PUBLISH or SPUBLISH
-- ARGV[6]          grace in µs
-- ARGV[7]          device expiry in µs
-- ARGV[8 + 4 i …]  of item i: retention count, retention age in µs, metadata, body
-- Returns          position and 1 for a duplicate, else 0, of every item
local batch_key = KEYS[1]
local batch, batch_ttl, dedup_ms, inline_max, publish = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local grace, expiry = tonumber(ARGV[6]), tonumber(ARGV[7])

-- A call that timed out may still arrive, behind calls that were made after it: executing it then would break the order.
if tonumber(batch) < tonumber(redis.call('GET', batch_key) or '0') then
  return redis.error_reply('WSMQSTALE a later batch of this node was executed already')
end
redis.call('SET', batch_key, batch, 'PX', batch_ttl)

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

local function append(log, meta, cursors, channel, max_count, max_age, metadata, body)
  trim(log, meta, cursors, now, max_age, grace, expiry)
  local tail = tonumber(redis.call('HGET', meta, 't') or '0')
  local position = math.max(now, tail + 1)
  local id, previous = string.format('%016.0f', position), string.format('%016.0f', tail)
  redis.call('XADD', log, string.format('%.0f-0', position), 'p', previous, 'm', metadata, 'b', body)
  redis.call('HSET', meta, 't', id)
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
for i = 0, (#KEYS - 1) / 5 - 1 do
  local log, meta, cursors, dedup, channel = KEYS[2 + 5 * i], KEYS[3 + 5 * i], KEYS[4 + 5 * i], KEYS[5 + 5 * i], KEYS[6 + 5 * i]
  local first = redis.call('GET', dedup)
  if first then
    results[#results + 1] = first
    results[#results + 1] = 1
  else
    local max_count, max_age = ARGV[8 + 4 * i], tonumber(ARGV[9 + 4 * i])
    local id = append(log, meta, cursors, channel, max_count, max_age, ARGV[10 + 4 * i], ARGV[11 + 4 * i])
    redis.call('SET', dedup, id, 'PX', dedup_ms)
    results[#results + 1] = id
    results[#results + 1] = 0
  end
end
return results
