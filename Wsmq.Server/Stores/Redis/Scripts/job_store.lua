-- Part of the scripts that store jobs.
-- uses: jobs
-- term: what the sender demands: priority, 1 digit; delay, earliest time and time to live, 16 digits each, µs, 0 if none; lengths of key and
--       of unique text, 3 digits each; key; unique text
local function unique_of(term) return slice(term, 56 + tonumber(slice(term, 50, 3)), tonumber(slice(term, 53, 3))) end

-- Stores a job at a position that its queue has not used, and returns its bytes. The caller saves tail, bytes and count in the meta.
local function store_job(q, now, at, term, content)
  local due, waits, text = at, false, nil
  if slice(term, 2, 32) ~= zero .. zero then
    local delay, earliest = tonumber(slice(term, 2, 16)), tonumber(slice(term, 18, 16))
    local time = math.max(earliest, delay > 0 and now + delay or 0)
    if time > now then due, waits = moment(time), true end
  end
  if slice(term, 34, 22) == zero .. '000000' then
    text = string.char(string.byte(term) + 49) .. due .. content
    call('ZADD', waits and q.delayed or q.ready[slice(term, 1, 1)], due, at)
  else
    local life = tonumber(slice(term, 34, 16))
    local job = job_of(slice(term, 1, 1) .. (life > 0 and moment(now + life) or zero) .. due .. string.sub(term, 34) .. content)
    text = job.text
    if life > 0 then call('ZADD', q.expiring, job.ends, at) end
    if waits then call('ZADD', q.delayed, due, at) else admit(q, at, job) end
    if job.unique ~= '' then call('HSET', q.unique, job.unique, at) end
  end
  -- Last, because a position without it is skipped everywhere: a corrupt key above must not leave half a job.
  call('HSET', q.jobs, at, text)
  return #text
end
