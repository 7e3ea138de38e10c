-- Shared by the scripts that return jobs.
-- uses: jobs
-- Returns position, time of the state, grant (empty if there was none) and stored job, without its content unless that is wanted; nil if it
-- is not stored.
local function view_job(q, at, time, with_content)
  local text = call('HGET', q.jobs, at)
  if not text then return nil end
  return { at, time, call('HGET', q.grants, at) or '', with_content and text or string.sub(text, 1, job_of(text).content - 1) }
end

-- The same for a dead letter, with what precedes the stored job (see jobs.lua) in place of the grant.
local function view_dead(q, at, time, with_content)
  local text = call('HGET', q.dead, at)
  if not text then return nil end
  local job = dead_part(text)
  return { at, time, string.sub(text, 1, job - 1), with_content and string.sub(text, job) or string.sub(text, job, job + job_of(string.sub(text, job)).content - 2) }
end
