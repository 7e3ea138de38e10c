-- Returns how far the devices of users have come.
-- uses: prelude
-- flags: allow-oom
-- KEYS[1] states of the active addresses of the lane (hash)   KEYS[2] temporary key, which names the slot while it moves
-- KEYS[3 …] meta of each address (hash)
-- ARGV[1 …] name of each address, after its length in two bytes
-- Returns for each address the highest position that a device has acknowledged, and the tail; two empty strings if its keys are corrupt
local function reach(i)
  local fields, state = call('HGETALL', KEYS[i + 2]), call('HGET', KEYS[1], ARGV[i])
  local tail, reached = zero, zero
  local function take(text)
    if position(text) and text > reached then reached = text end
  end
  for f = 1, #fields, 2 do
    local field, value = fields[f], fields[f + 1]
    -- The cursor of a device, and what all had acknowledged.
    if string.byte(field) == 64 then take(string.sub(value, 1, 16)) elseif field == 'c' then take(value) elseif field == 't' then tail = value end
  end
  if state then
    tail = string.sub(state, 1, 16)
    take(string.sub(state, 61, 76))
  end
  return reached, position(tail) or error('the tail is no position')
end

local results = {}
for i = 1, #ARGV do
  local done, reached, tail = pcall(reach, i)
  results[2 * i - 1], results[2 * i] = done and reached or '', done and tail or ''
end
return results
