-- Part of append.lua: which messages of a batch are stored already, by their ids or by the numbers of their producers.
-- uses: message_ids, producers
-- now      µs
-- window   deduplication window, µs
-- ids      index in ARGV before the ids of the items (16 bytes each); or instead of an id a number (14), see producers.lua
-- items    the number of items
-- text     1 if an id may be in the batch twice, else 0. If there are numbers, then 1 if there are ids as well, else 0; and the producers.
--          Without ids all numbers are at its end, and there is nothing in ARGV
local function repeats(now, window, ids, items, text)
  local twice = string.byte(text) == 49
  if #text == 1 then return message_ids(now, window, ids + 1, ids + items, twice) end
  if string.byte(text, 2) == 48 then
    local numbers = #text - 14 * items
    return producers(now, text, 3, items, function(i) return string.sub(text, numbers + 14 * i - 13, numbers + 14 * i) end)
  end

  local of_ids, place = {}, {}
  for i = 1, items do
    if #ARGV[ids + i] == 16 then
      of_ids[#of_ids + 1] = ARGV[ids + i]
      place[i] = #of_ids
    end
  end
  local by_number = producers(now, text, 3, items - #of_ids, function(i) return ARGV[ids + i] end)
  local by_id, both = message_ids(now, window, 1, #of_ids, twice, of_ids), {}

  function both.find(i)
    if place[i] then return by_id.find(place[i]) end
    return by_number.find(i)
  end

  function both.knows(from, to)
    for i = from, to do
      local p = place[i]
      if p and by_id.knows(p, p) or not p and by_number.knows(i, i) then return true end
    end
    return false
  end

  function both.add(i, at)
    if place[i] then by_id.add(place[i], at) else by_number.add(i) end
  end

  function both.save()
    by_id.save()
    return by_number.save()
  end

  return both
end
