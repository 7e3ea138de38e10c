-- Marks tracked messages as delivered or skipped.
-- uses: damage, tracking
-- flags: allow-oom
-- KEYS[1 …] the meta of each item's address (hash); then a temporary key, which names the slot while it moves
-- ARGV[1 …] per item: position, reader, time, and d (delivered) or S (skipped)
-- Returns the changes of which nodes are told, see tracking.lua
local changes = {}
for i = 1, #KEYS - 1 do
  despite_damage(function()
    local _, records = track_keys(KEYS[i])
    track_mark(records, ARGV[4 * i - 3], ARGV[4 * i - 2], ARGV[4 * i], ARGV[4 * i - 1], changes, i)
  end)
end
return changes
