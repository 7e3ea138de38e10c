-- Part of the scripts that go on when the keys of one address are corrupt.
-- Whether a failure is one of our own checks, or of a foreign key or entry; not another one, such as a missing permission.
local function is_damage(failure)
  local text = type(failure) == 'table' and failure.err or tostring(failure)
  return string.find(text, '^user_script:') or string.find(text, 'WRONGTYPE', 1, true) or string.find(text, 'The ID specified in XADD', 1, true)
end
