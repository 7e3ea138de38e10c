-- Shared by append_usual.lua and signals.lua.
-- Lua concatenates up to 8 KiB in one step; longer strings are copied again with each further step.
local full = 7600

-- What a node has composed for a group of addresses, after its head: one message if both are small (C, the length of the head in six digits,
-- head, blob), otherwise nil: then they are two, so that a large blob need not be copied.
local function group_message(head, blob)
  return #head + #blob <= full and 'C' .. string.format('%06d', #head) .. head .. blob
end
