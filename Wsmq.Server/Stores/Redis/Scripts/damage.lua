-- Whether a failure is one of our own checks, or of a foreign key, field or entry. Any other, such as a missing permission or a slot that moves, is
-- not about one item: the script must fail, so that its caller repeats it.
local function is_damage(failure)
  local text = type(failure) == 'table' and failure.err or tostring(failure)
  if string.find(text, '^user_script:') then return true end
  for _, sign in ipairs({ 'WRONGTYPE', 'The ID specified in XADD', 'Invalid stream ID', 'is not an integer', 'is not a float' }) do
    if string.find(text, sign, 1, true) then return true end
  end
  return false
end

-- Runs what must not fail because of damage.
local function despite_damage(f, ...)
  local done, failure = pcall(f, ...)
  if not done and not is_damage(failure) then error(failure) end
end
