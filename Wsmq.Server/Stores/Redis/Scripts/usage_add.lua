-- Charges storage to a user's account, and returns the new sum.
-- uses: usage
-- flags: allow-oom
-- KEYS[1] usage of the user (hash: b all bytes, p permanent bytes, n number of logs with marks of their own, r time until which the rate
--         is used up, in µs; * marks of all other logs, <name> marks of one log, see usage.lua)
-- ARGV[1] longest age, µs      ARGV[2] sum of bytes above which logs get own marks    ARGV[3] permanent bytes to add
-- ARGV[4] µs of the rate       ARGV[5] overhead of a log in bytes                     ARGV[6] most logs with own marks
-- ARGV[7] quantum of a log's own marks, µs   ARGV[8] quantum of the other marks (*), µs
-- ARGV[9 …] per log: name, last position, bytes; * for what is in no log
-- Returns the sum, and how far the rate is ahead of the clock, µs
local usage, now, age = KEYS[1], micros(), tonumber(ARGV[1])
local apart, permanent, ahead, base, most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local own_quantum, other_quantum = tonumber(ARGV[7]), tonumber(ARGV[8])

local function number(text) return text and tonumber(text) or 0 end
local state = call('HMGET', usage, 'b', 'p', 'n', 'r', '*')
local sum, kept, names, rate = number(state[1]), number(state[2]), number(state[3]), number(state[4])
if #ARGV == 8 and permanent == 0 and not state[1] then return { 0, 0 } end

local cut, gone = digits(math.max(now - age, 0)), 0
local general
general, gone = without(marks_of(state[5]), cut)
sum = sum - gone

-- The own marks of some logs: fetched 512 at a time, because unpack passes some thousand values at most.
local own, from = {}, 9
local function own_marks(i)
  if not own[i] and i >= from then
    local fields, n = {}, 0
    while from <= #ARGV and n < 512 do
      n = n + 1
      fields[n], from = ARGV[from], from + 3
    end
    local values = call('HMGET', usage, unpack(fields))
    for k = 1, n do own[from - 3 * (n - k + 1)] = values[k] end
  end
  return own[i]
end

for i = 9, #ARGV, 3 do
  local name, at, bytes = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local marks = own_marks(i)
  if name ~= '*' and (marks or names < most and sum + bytes > apart) then
    local rest
    rest, gone = without(marks_of(marks), cut)
    if not marks then names = names + 1 end
    if rest == '' then bytes = bytes + base end
    sum = sum - gone + bytes
    call('HSET', usage, name, with(rest, at, bytes, own_quantum))
  else
    bytes = bytes + base
    general = with(general, at, bytes, other_quantum)
    sum = sum + bytes
  end
end

kept, sum = kept + permanent, math.max(sum + permanent, 0)
rate = math.max(rate, now) + ahead
local function text(value) return string.format('%.0f', value) end
call('HSET', usage, 'b', text(sum), 'p', text(kept), 'n', text(names), 'r', text(rate), '*', general)
call('PEXPIRE', usage, kept > 0 and '315360000000' or text(math.ceil(age * 1.125 / 1000)))
return { text(sum), text(rate - now) }
