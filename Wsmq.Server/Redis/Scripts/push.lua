-- Publishes a push once to each node that reads the address of any of these users. Sent as text each time: keep it short.
-- KEYS[i] meta of a user (hash)   ARGV[1] channel of a node, without the node   ARGV[2] the push
local told = {}
for _, meta in ipairs(KEYS) do
  local nodes = redis.pcall('HGET', meta, 'n')
  -- Another hand has spoilt it: the others are still told.
  if type(nodes) ~= 'string' then nodes = '' end
  for i = 1, #nodes, 8 do
    local node = string.sub(nodes, i, i + 7)
    if not told[node] then
      told[node] = true
      redis.call('PUBLISH', ARGV[1] .. node, ARGV[2])
    end
  end
end
