-- Removes the oldest entries of a journal.
-- flags: allow-oom
-- KEYS[1] journal (stream)   KEYS[2] nodes with journals (set)   KEYS[3] how far the calling node has come with settling
-- ARGV[1] number of the last batch to remove   ARGV[2] prefix of the keys of its heads   ARGV[3] prefix of the keys of its blobs
-- ARGV[4] node   ARGV[5] most entries   ARGV[6] 1 to remove the journal itself once it has no entries
-- ARGV[7] what settle.lua has left in KEYS[3]; nothing to remove the journal itself only
-- Returns how many were removed
local journal = KEYS[1]
if ARGV[7] ~= '' and redis.call('GET', KEYS[3]) ~= ARGV[7] then return redis.error_reply('WSMQSTALE the messages were not moved here') end
local found = redis.call('XRANGE', journal, '-', ARGV[1], 'COUNT', ARGV[5])
local keys, ids = {}, {}
for i, entry in ipairs(found) do
  local number, group = string.match(entry[1], '^(%d+)-(%d+)$')
  local rest = string.format('%012.0f%04.0f', tonumber(number), tonumber(group))
  keys[2 * i - 1], keys[2 * i], ids[i] = ARGV[2] .. rest, ARGV[3] .. rest, entry[1]
end
if #found > 0 then
  redis.call('UNLINK', unpack(keys))
  redis.call('XDEL', journal, unpack(ids))
elseif ARGV[6] == '1' and redis.call('XLEN', journal) == 0 then
  redis.call('UNLINK', journal)
  redis.call('SREM', KEYS[2], ARGV[4])
end
return #found
