-- Part of the scripts that append: the order of the batches of a node in a lane, and the positions after a tail.
-- uses: prelude
-- Records a batch as executed; returns an error reply if it must not be executed.
-- key     number of the last batch of this node and lane
-- after   number that the last batch must have; or, negated, the lowest number that it may have
-- kept    how long the number is stored, ms
local function begin_batch(key, number, after, kept)
  -- A lost call may still arrive, and a call that follows it must not be executed without it.
  local last = tonumber(call('GET', key) or '0')
  if after > 0 and last ~= after or after <= 0 and last >= tonumber(number) then
    return redis.error_reply('WSMQSTALE another batch of this node was executed last')
  end
  -- An answered batch is missing: this server is a former primary, or was promoted without having received all writes.
  if last < -after then return redis.error_reply('WSMQFENCE a batch of this node that was answered is missing') end
  call('SET', key, number, 'PX', kept)
end

-- Returns the function from a tail to the position after it. Most items are the first or second of their log in a batch, so results are
-- cached.
local function positions_from(now_id)
  local successors = {}
  return function(tail)
    if tail < now_id then return now_id end
    local after_tail = successors[tail]
    if not after_tail then
      -- 2^53 - 1, the largest integer that a double (Lua, JavaScript) represents exactly.
      if tail >= '9007199254740991' then error('there is no position after the tail') end
      after_tail = digits(tonumber(tail) + 1)
      successors[tail] = after_tail
    end
    return after_tail
  end
end
