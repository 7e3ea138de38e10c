-- Part of usage_add.lua: marks record what was charged when, in the format of UsageMarks. Corrupt marks count as 0.
-- uses: prelude
local function marks_of(marks) return marks and #marks % 28 == 0 and not string.find(marks, '%D') and marks or '' end

local function bytes_at(marks, at) return tonumber(string.sub(marks, at + 16, at + 27)) end

-- Returns the marks after a position, and the bytes of those dropped.
local function without(marks, through)
  local gone = 0
  while #marks > 0 and string.sub(marks, 1, 16) <= through do
    gone, marks = gone + bytes_at(marks, 1), string.sub(marks, 29)
  end
  return marks, gone
end

-- Returns the marks with one more charge. Charges of the same time quantum share a mark; if there are too many marks, the two oldest are
-- merged.
local function with(marks, at, bytes, quantum)
  local n = #marks
  if n > 0 then
    local last = string.sub(marks, n - 27, n - 12)
    if at < last then at = last end
    if math.floor(tonumber(last) / quantum) == math.floor(tonumber(at) / quantum) then
      bytes, marks = bytes + bytes_at(marks, n - 27), string.sub(marks, 1, n - 28)
    end
  end
  marks = marks .. at .. string.format('%012.0f', bytes)
  if #marks <= 448 then return marks end
  return string.sub(marks, 29, 44) .. string.format('%012.0f', bytes_at(marks, 1) + bytes_at(marks, 29)) .. string.sub(marks, 57)
end
