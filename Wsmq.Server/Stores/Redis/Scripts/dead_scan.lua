-- Reads the dead letters of some readers, for each in the order of dead-lettering, until there are enough.
-- uses: dead_letters, beginnings
-- flags: allow-oom
-- KEYS[1 … 2]   index and ends of the readers of the bucket (sorted sets), see dead_letters.lua
-- KEYS[3 …]     per reader: dead letters (hash), places (sorted set)
-- ARGV[1 … 2]   first and last time of dead-lettering, µs   ARGV[3] most dead letters   ARGV[4] most bytes of contents
-- ARGV[5]       most bytes of each body, or -1 to read no contents
-- ARGV[6 … 7]   time and place of the last dead letter of the first reader that was read before; two empty texts if none was
-- ARGV[8 …]     per reader: name, how long dead letters are stored in µs
-- Returns how many readers were read to their ends; then for each dead letter the number of its reader, place, details, size and
-- beginning of its content
local index, ends = KEYS[1], KEYS[2]
local from, to, most, most_bytes, body = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local now, count, bytes, results = micros(), 0, 0, {}

-- Returns whether the reader was read to its end.
local function read(r, dead, places, name, age)
  local first, after = math.max(from, now - age), r == 1 and ARGV[7] ~= '' and ARGV[7]
  if after then
    first = math.max(first, tonumber(ARGV[6]))
    -- If it was removed meanwhile, those of the same microsecond are read again.
    if not call('ZSCORE', places, after) then after = nil end
  end
  local offset = 0
  while true do
    local some = call('ZRANGEBYSCORE', places, string.format('%.0f', first), to, 'LIMIT', offset, 100)
    for _, place in ipairs(some) do
      if count >= most or bytes >= most_bytes then return false end
      local known = not after and call('HGET', dead, 'i' .. place)
      if is_ours(place, known) then
        local content = body >= 0 and call('HGET', dead, 'e' .. place) or ''
        count, bytes = count + 1, bytes + #content
        local k = #results
        results[k + 1], results[k + 2], results[k + 3] = r, place, known
        results[k + 4], results[k + 5] = body >= 0 and #content or 0, body >= 0 and beginning(content, body) or ''
      end
      if place == after then after = nil end
    end
    if #some < 100 then break end
    offset = offset + 100
  end
  if call('ZCARD', places) == 0 then forget_reader(index, ends, name) end
  return true
end

local ended = 0
for r = 1, #KEYS / 2 - 1 do
  local done, whole = pcall(read, r, KEYS[2 * r + 1], KEYS[2 * r + 2], ARGV[6 + 2 * r], tonumber(ARGV[7 + 2 * r]))
  -- Corrupt keys of one reader hide that reader's dead letters only.
  if done and not whole then break end
  ended = r
end
return { ended, results }
