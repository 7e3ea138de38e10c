-- Marks tracked messages as delivered or skipped.
-- uses: damage, tracking
-- flags: allow-oom
-- KEYS[1 …] the meta of each item's address (hash); then a temporary key, which names the slot while it moves
-- ARGV[1 …] per item: position, reader, time, d (delivered) or S (skipped), and of a member of a group the device, else nothing
-- Returns the changes of which nodes are told, see tracking.lua
local changes = {}
for i = 1, #KEYS - 1 do
  despite_damage(function()
    local _, records = track_keys(KEYS[i])
    local a = 5 * i
    local device = ARGV[a] ~= '' and ARGV[a]
    track_mark(records, ARGV[a - 4], ARGV[a - 3], ARGV[a - 1], ARGV[a - 2], changes, i, device)
  end)
end
return changes
