-- Removes a message that waits: by its id, for its sender, or by its key, for an operator.
-- uses: delayed
-- flags: allow-oom
-- KEYS[1] states of the active addresses of the lane (hash)   KEYS[2] temporary key, which names the slot while it moves
-- KEYS[3], ARGV[3], ARGV[4] mark, its number, and how long it is stored, ms; no key if nobody waits for replicas
-- ARGV[1] hash of its sender, address and id, or its key   ARGV[2] with a key the name of its address, after its length in two bytes
-- Returns 1, or 0 if it does not wait
local _, _, ids = delayed_keys(KEYS[1])
-- Also if it does not wait: the caller may repeat a call whose answer was lost, and no failover is to take back what the answer says.
if KEYS[3] then call('SET', KEYS[3], ARGV[3], 'PX', ARGV[4]) end

if #ARGV[1] == delayed_key_size then
  local of = delayed_of(KEYS[1], ARGV[2])
  if not call('ZSCORE', of, ARGV[1]) then return 0 end
  delayed_remove(KEYS[1], ARGV[1])
  -- Of a record that is foreign or gone.
  call('ZREM', of, ARGV[1])
  return 1
end

local key = call('HGET', ids, ARGV[1])
if not key then return 0 end
delayed_remove(KEYS[1], key)
call('HDEL', ids, ARGV[1])
return 1
