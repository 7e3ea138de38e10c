-- Marks tracked messages as delivered.
-- uses: tracking
-- flags: allow-oom
-- KEYS[1 …] the meta of each item's address (hash)
-- ARGV[1 …] per item: position, reader, time
-- Returns the changes of which nodes are told, see tracking.lua
local changes = {}
for i = 1, #KEYS do
  pcall(function()
    local _, records = track_keys(KEYS[i])
    track_mark(records, ARGV[3 * i - 2], ARGV[3 * i - 1], 'd', ARGV[3 * i], changes, i)
  end)
end
return changes
