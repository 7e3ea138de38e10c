-- Makes jobs of dead letters again.
-- uses: dead_jobs
-- KEYS[1 … 16]  the queue, see jobs.lua
-- ARGV[1]       PUBLISH or SPUBLISH   ARGV[2] prefix of a node's channel   ARGV[3] the signal
-- ARGV[4 …]     positions
-- Returns       one digit per position: 1 (done) or 0
local q, now, wake, results = queue_of(1), micros(), false, {}

local function redrive(at)
  local text = call('HGET', q.dead, at)
  if not text then return 0 end
  local job = job_of(string.sub(text, dead_part(text)))
  if job.unique ~= '' and call('HSETNX', q.unique, job.unique, at) == 0 then return 0 end
  remove_dead(q, at)

  -- The full time to live again.
  local life = job.life ~= zero and tonumber(job.life)
  if life then job = job_of(slice(job.text, 1, 1) .. moment(now + life) .. string.sub(job.text, 18)) end
  call('HSET', q.jobs, at, job.text)
  change(q, 'b', #job.text)
  if life then call('ZADD', q.expiring, job.ends, at) end
  if tonumber(job.visible) > now then call('ZADD', q.delayed, job.visible, at) else admit(q, at, job) end
  wake = true
  return 1
end

for i = 4, #ARGV do results[#results + 1] = redrive(ARGV[i]) end
save_counts(q)
if wake then tell(q.meta, ARGV[1], ARGV[2], ARGV[3]) end
return table.concat(results)
