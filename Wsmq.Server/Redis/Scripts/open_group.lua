-- Where a member's device goes on reading in a group.
-- KEYS[1] members (hash: user -> where the log ended at joining)   KEYS[2] cursors of the user (hash: device -> cursor)
-- ARGV[1] user   ARGV[2] device
-- Returns the cursor, behind it failed attempts if there are any, or nothing where the user is no member
local joined = call('HGET', KEYS[1], ARGV[1])
if not joined then return nil end
local cursor = call('HGET', KEYS[2], ARGV[2])
if cursor and position(string.sub(cursor, 1, 16)) and cursor > joined then return cursor end
return joined
