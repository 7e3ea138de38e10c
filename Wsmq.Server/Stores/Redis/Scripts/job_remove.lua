-- Removes jobs and dead letters. The signal names the jobs that were leased: see RedisSignalReader.
-- uses: dead_jobs
-- flags: allow-oom
-- KEYS[1 … 18]  the queue, see jobs.lua and outcomes.lua
-- ARGV[1]       1 to remove leased jobs as well
-- ARGV[2]       PUBLISH or SPUBLISH   ARGV[3] prefix of a node's channel   ARGV[4] the signal
-- ARGV[5]       how long outcomes are known, µs   ARGV[6] the most of them
-- ARGV[7 …]     positions
-- Returns       one digit per position: 1 (removed) or 0
local q, now, even_leased, wake, results = queue_of(1), micros(), ARGV[1] == '1', false, {}
local signal = { ARGV[4] }
keep_outcomes(q, ARGV[5], ARGV[6])

local function remove_job(at)
  local text = call('HGET', q.jobs, at)
  if not text then
    local dead = call('HEXISTS', q.dead, at)
    remove_dead(q, at)
    change(q, 'a', dead)
    return dead
  end
  local leased = call('ZSCORE', q.leased, at)
  if leased and not even_leased then return 0 end
  local job = job_of(text)
  if leased then
    call('ZREM', q.leased, at)
    signal[#signal + 1] = 'R' .. at
  else
    withdraw(q, at, job)
  end
  if q.keep_for > 0 then note_end(q, at, 'X', '', grant_of(q, at).progress, now) end
  finish(q, at, job)
  change(q, 'a', 1)
  wake = wake or leased or job.key ~= ''
  return 1
end

for i = 7, #ARGV do results[#results + 1] = remove_job(ARGV[i]) end
save_counts(q)
save_outcomes(q, now)
if wake then tell(q.meta, ARGV[2], ARGV[3], table.concat(signal)) end
return table.concat(results)
