-- Part of the scripts that store jobs.
-- uses: jobs
-- term: what the sender demands: priority, 1 digit; delay, earliest time and time to live, 16 digits each, µs, 0 if none; lengths of key and
--       of unique text, 3 digits each; key; unique text
local function unique_of(term) return slice(term, 56 + tonumber(slice(term, 50, 3)), tonumber(slice(term, 53, 3))) end

-- Stores a job at a position that its queue has not used, and returns its bytes. The caller saves tail, bytes and count in the meta.
local function store_job(q, now, at, term, content)
  local delay, earliest, life = tonumber(slice(term, 2, 16)), tonumber(slice(term, 18, 16)), tonumber(slice(term, 34, 16))
  local due = math.max(earliest, delay > 0 and now + delay or 0)
  local job = job_of(slice(term, 1, 1) .. (life > 0 and moment(now + life) or zero) .. (due > now and moment(due) or at)
    .. string.sub(term, 34) .. content)
  if life > 0 then call('ZADD', q.expiring, job.ends, at) end
  if due > now then call('ZADD', q.delayed, job.visible, at) else admit(q, at, job) end
  -- Last, because a position without it is skipped everywhere: a corrupt key above must not leave half a job.
  call('HSET', q.jobs, at, job.text)
  if job.unique ~= '' then call('HSET', q.unique, job.unique, at) end
  return #job.text
end
