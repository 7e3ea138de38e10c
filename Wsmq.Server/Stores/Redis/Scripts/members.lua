-- One step through the members of a group.
-- KEYS[1] members (hash: user -> tail at joining)   ARGV[1] cursor of the step before, 0 for the first   ARGV[2] about how many
-- Returns the cursor of the next step, 0 at the end, and users with their tails
local members, cursor, count = KEYS[1], ARGV[1], ARGV[2]
return redis.call('HSCAN', members, cursor, 'COUNT', count)
