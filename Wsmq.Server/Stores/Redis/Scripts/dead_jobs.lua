-- Shared by the scripts that make dead letters of jobs.
-- uses: outcomes
-- limits: most (count), bytes, age (µs)
local function dead_limits(first) return { most = tonumber(ARGV[first]), bytes = tonumber(ARGV[first + 1]), age = tonumber(ARGV[first + 2]) } end

local function remove_dead(q, at)
  local text = call('HGET', q.dead, at)
  call('ZREM', q.deaths, at)
  if not text then return end
  call('HDEL', q.dead, at)
  change(q, 'k', -#text)
end

-- Removes dead letters over the limits, the oldest first and at most so many at once, but never the newest.
local function trim_dead(q, now, limits, at_once)
  local gone, count = 0, call('ZCARD', q.deaths)
  while gone < at_once and count > 1 do
    local oldest = call('ZRANGE', q.deaths, 0, 0, 'WITHSCORES')
    local over = count > limits.most or tonumber(oldest[2]) < now - limits.age or counted(q, 'k') > limits.bytes
    if not over then break end
    remove_dead(q, oldest[1])
    gone, count = gone + 1, count - 1
  end
  if gone > 0 then change(q, 'r', gone) end
end

-- Makes a dead letter of a job, or removes it if it is that of a request, which the caller has removed from the set of its state. The caller has called keep_outcomes.
-- reason: R rejected, A attempts used up, L leases lost, E expired
local function bury(q, at, job, grant, reason, text, now, limits)
  finish(q, at, job)
  local stated = string.sub(text, 1, 9999)
  -- Nobody waits any more for the job of a request: its unique text begins with this byte, which no other one contains (JobTerms).
  if string.byte(job.unique) == 1 then
    note_end(q, at, reason, stated, grant.progress, now)
    return
  end
  local counts = string.format('%04.0f%04.0f%04.0f%03.0f', math.min(grant.failed, 9999), math.min(grant.lost, 9999), #stated, #grant.consumer)
  local letter = reason .. digits(now) .. counts .. stated .. grant.consumer .. job.text
  call('HSET', q.dead, at, letter)
  call('ZADD', q.deaths, now, at)
  change(q, 'd', 1)
  change(q, 'k', #letter)
  note_end(q, at, reason, stated, grant.progress, now)
  trim_dead(q, now, limits, 2)
end
