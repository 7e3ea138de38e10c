-- Lists the devices of a user.
-- uses: retention
-- flags: allow-oom
-- KEYS[1] meta (hash: @device -> cursor:seen in µs)
-- Returns field and time last seen (µs) of each
local meta = KEYS[1]
local found, fields = {}, call('HGETALL', meta)
for i = 1, #fields, 2 do
  if string.byte(fields[i]) == 64 then
    found[#found + 1] = fields[i]
    found[#found + 1] = seen_at(fields[i + 1])
  end
end
return found
