-- uses: prelude
-- flags: allow-oom
-- Returns the position after which a member's device continues reading in a group.
-- KEYS[1] members (hash: user -> tail at joining)   KEYS[2] cursors of the user (hash: device -> cursor)
-- ARGV[1] user   ARGV[2] device
-- Returns the cursor, followed by failed attempts if any, and by :new until the device has acknowledged something; or nil if the user is not a member
local members, cursors, user, device = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local joined = call('HGET', members, user)
if not joined then return nil end
local cursor = call('HGET', cursors, device)
if cursor and position(string.sub(cursor, 1, 16)) and cursor >= joined then return cursor end
return joined .. ':new'
