-- Part of append.lua: tracks the bytes of a log. Field b of its meta is the bytes appended after the last mark. Field m holds the
-- marks, a sixteenth of the byte limit apart: 16 digits of position, 12 digits of the bytes between the previous mark and this one. So
-- the bytes are known although entries are also removed for other reasons. Corrupt values count as 0.
-- uses: retention
local function bytes_after(text) return text and #text <= 12 and not string.find(text, '%D') and tonumber(text) or 0 end

local function marks_of(meta)
  local marks = call('HGET', meta, 'm')
  return marks and #marks % 28 == 0 and not string.find(marks, '%D') and marks or ''
end

-- Removes the oldest entries until the log is within its byte limit.
local function lighten(log, meta, marks, max)
  local sum, through, all = 0, nil, marks
  for i = 17, #marks, 28 do sum = sum + tonumber(string.sub(marks, i, i + 11)) end
  while sum > max - max / 16 and #marks > 28 do
    sum = sum - tonumber(string.sub(marks, 17, 28))
    through, marks = string.sub(marks, 1, 16), string.sub(marks, 29)
  end
  -- The marks stay until all of their entries are removed, so that the next call continues.
  local done = true
  if through then done = select(2, remove(log, tonumber(through) + 1)) end
  call('HSET', meta, 'm', done and marks or all)
end
