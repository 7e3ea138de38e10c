-- Shared by the scripts that read for operators.
-- uses: prelude
-- The beginning of a content: its lengths, its metadata and at most so many bytes of its body.
local function beginning(content, body)
  local a, b, c, d = string.byte(content, 1, 4)
  local metadata = d and ((a * 256 + b) * 256 + c) * 256 + d or 0
  return string.sub(content, 1, math.min(8 + metadata + body, #content))
end
