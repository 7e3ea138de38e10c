-- Shared by the other scripts. Positions and times are stored as 16 digits and compared as strings, which is cheaper than parsing them;
-- all times are in µs.
local call, zero = redis.call, '0000000000000000'

local function digits(number) return string.format('%016.0f', number) end

local function micros()
  local time = call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- Returns the text if it is a well-formed position, else nil.
local function position(text) return text and #text == 16 and string.find(text, '^%d+$') and text or nil end
