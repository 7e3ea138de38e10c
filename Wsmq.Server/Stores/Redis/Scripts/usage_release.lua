-- Credits a user's account for entries that were removed before those around them.
-- uses: usage
-- flags: allow-oom
-- KEYS[1] usage of the user (hash, see usage_add.lua)
-- ARGV[1 …] per entry: name of its log, position, bytes
local usage, released = KEYS[1], 0
for i = 1, #ARGV, 3 do
  local marks = marks_of(call('HGET', usage, ARGV[i]))
  for at = 1, #marks, 28 do
    if string.sub(marks, at, at + 15) >= ARGV[i + 1] or at + 28 > #marks then
      -- At most what the mark has: the charge of the entry may be in another one, or follow.
      local bytes = math.min(tonumber(ARGV[i + 2]), bytes_at(marks, at))
      local rest = string.format('%012.0f', bytes_at(marks, at) - bytes)
      call('HSET', usage, ARGV[i], string.sub(marks, 1, at + 15) .. rest .. string.sub(marks, at + 28))
      released = released + bytes
      break
    end
  end
end
if released > 0 then
  local sum = tonumber(call('HGET', usage, 'b') or '0') or 0
  call('HSET', usage, 'b', string.format('%.0f', math.max(sum - released, 0)))
end
return 1
