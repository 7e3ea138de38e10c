-- Removes entries of a journal, the oldest of a range first.
-- flags: allow-oom
-- KEYS[1] journal (stream)   KEYS[2] nodes with journals (set)   KEYS[3] how far the calling node has come with settling
-- ARGV[1] and [2] first and last entry (or batch) to remove: just what was settled before, because a server that was a replica may have more
-- ARGV[3] prefix of the keys of its heads   ARGV[4] prefix of the keys of its blobs
-- ARGV[5] node   ARGV[6] most entries   ARGV[7] 1 to remove the journal itself if it has no entries
-- ARGV[8] what settle.lua has left in KEYS[3]; nothing to remove the journal itself only
-- Returns how many were removed
local journal = KEYS[1]
if ARGV[8] ~= '' and redis.call('GET', KEYS[3]) ~= ARGV[8] then return redis.error_reply('WSMQSTALE the messages were not moved here') end
local found = redis.call('XRANGE', journal, ARGV[1], ARGV[2], 'COUNT', ARGV[6])
local keys, ids = {}, {}
for i, entry in ipairs(found) do
  local number, group = string.match(entry[1], '^(%d+)-(%d+)$')
  local rest = string.format('%012.0f%04.0f', tonumber(number), tonumber(group))
  keys[2 * i - 1], keys[2 * i], ids[i] = ARGV[3] .. rest, ARGV[4] .. rest, entry[1]
end
if #found > 0 then
  redis.call('UNLINK', unpack(keys))
  -- Usually they are the oldest ones: XTRIM does not have to look for each.
  local oldest, number, group = redis.call('XRANGE', journal, '-', '+', 'COUNT', 1), string.match(ids[#ids], '^(%d+)-(%d+)$')
  if oldest[1][1] == ids[1] then
    redis.call('XTRIM', journal, 'MINID', number .. '-' .. group + 1)
  else
    redis.call('XDEL', journal, unpack(ids))
  end
elseif ARGV[7] == '1' and redis.call('XLEN', journal) == 0 then
  redis.call('UNLINK', journal)
  redis.call('SREM', KEYS[2], ARGV[5])
end
return #found
