-- Ends attempts at jobs, and hands back jobs that have not begun.
-- uses: dead_jobs
-- flags: allow-oom
-- KEYS[1 … 18]  the queue, see jobs.lua and outcomes.lua
-- ARGV[1]       first back-off, µs   ARGV[2] longest back-off, µs   ARGV[3] most failed attempts
-- ARGV[4 … 6]   limits of the dead letters: count, bytes, age in µs
-- ARGV[7]       how long outcomes are known, µs   ARGV[8] the most of them
-- ARGV[9]       PUBLISH or SPUBLISH  ARGV[10] prefix of a node's channel   ARGV[11] the signal
-- ARGV[12]      1 if a completed job may make room for another one under the most leases of the queue
-- ARGV[13 …]    per item: position, token, kind (C completed, R retry, J rejected, H handed back), 1 if a retry counts, its delay in µs or
--               -1 for the back-off, share of the jitter (0 to 1), reason
-- Returns       one digit per item: 0 (done), 1 (the lease is lost), 2 (dead letter), 3 (the job is corrupt)
local q, now, limits = queue_of(1), micros(), dead_limits(4)
local first, longest, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local wake, results = false, {}
keep_outcomes(q, ARGV[7], ARGV[8])

local function retry(grant, counts, delay, jitter)
  if counts then
    grant.failed = grant.failed + 1
    change(q, 'f', 1)
  end
  return delay >= 0 and delay or backoff(first, longest, grant.failed, jitter)
end

local function settle(i)
  local at, kind, reason = ARGV[i], ARGV[i + 2], ARGV[i + 6]
  local grant = current(q, at, ARGV[i + 1])
  if not grant then return 1 end
  local job = job_of(call('HGET', q.jobs, at))
  call('ZREM', q.leased, at)
  if kind == 'C' then
    finish(q, at, job)
    change(q, 'e', 1)
    note_end(q, at, kind, '', grant.progress, now)
    wake = wake or job.key ~= '' or ARGV[12] == '1'
    return 0
  end

  wake = true
  if kind == 'J' then
    bury(q, at, job, grant, 'R', reason, now, limits)
    return 2
  elseif kind == 'H' then
    make_ready(q, at, job, grant, grant.visible)
  else
    local delay = retry(grant, ARGV[i + 3] == '1', tonumber(ARGV[i + 4]), tonumber(ARGV[i + 5]))
    if grant.failed >= most and ARGV[i + 3] == '1' then
      bury(q, at, job, grant, 'A', reason, now, limits)
      return 2
    end
    call('ZADD', q.retrying, moment(now + delay), at)
  end
  release(q, at, job, grant)
  return 0
end

for i = 13, #ARGV, 7 do
  local done, result = pcall(settle, i)
  results[#results + 1] = done and result or 3
end
save_counts(q)
save_outcomes(q, now)
if wake then tell(q.meta, ARGV[9], ARGV[10], ARGV[11]) end
return table.concat(results)
