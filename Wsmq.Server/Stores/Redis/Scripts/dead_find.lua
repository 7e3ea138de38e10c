-- Looks for dead letters whose places are known, without contents.
-- uses: dead_letters
-- KEYS[n] dead letters of a user (hash)
-- ARGV[1] how long dead letters are stored, µs   ARGV[n + 1] place (position:device)
-- Returns the details of each, or nil
local oldest, results = digits(micros() - tonumber(ARGV[1])), {}
for n, dead in ipairs(KEYS) do
  local place = ARGV[n + 1]
  -- Corrupt keys of one user hide that user's dead letters only.
  local known = redis.pcall('HGET', dead, 'i' .. place)
  results[n] = type(known) == 'string' and is_ours(place, known) and string.sub(known, 1, 16) >= oldest and known or false
end
return results
