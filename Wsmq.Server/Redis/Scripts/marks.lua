-- Put in front of append.lua: the bytes of a log. Field b of its meta says how many came behind the last mark; field m holds the marks,
-- a sixteenth of the limit apart: 16 digits of a position and 12 of the bytes from the mark before up to there. So bytes are known
-- although entries go for other reasons as well. What another hand has put there counts nothing.
local function bytes_behind(text) return text and #text <= 12 and not string.find(text, '%D') and tonumber(text) or 0 end

local function marks_of(meta)
  local marks = call('HGET', meta, 'm')
  return marks and #marks % 28 == 0 and not string.find(marks, '%D') and marks or ''
end

-- Removes what is too much.
local function lighten(log, meta, marks, max)
  local sum, through, all = 0, nil, marks
  for i = 17, #marks, 28 do sum = sum + tonumber(string.sub(marks, i, i + 11)) end
  while sum > max - max / 16 and #marks > 28 do
    sum = sum - tonumber(string.sub(marks, 17, 28))
    through, marks = string.sub(marks, 1, 16), string.sub(marks, 29)
  end
  -- Until all of it is gone the marks say that it is there.
  local done = true
  if through then done = select(2, remove(log, tonumber(through) + 1)) end
  call('HSET', meta, 'm', done and marks or all)
end
