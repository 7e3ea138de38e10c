-- One job in any state, or how it ended.
-- uses: job_views, outcomes
-- KEYS[1 … 18]  the queue, see jobs.lua and outcomes.lua
-- ARGV[1]       position   ARGV[2] 1 to return the content
-- Returns       its state (as in job_list.lua), E if it has ended, or U if its position is after the last one; the job (as in job_list.lua) if
--               it is stored, else an empty list; of an ended job and a dead letter also the outcome, if it is known
local q, at, content = queue_of(1), ARGV[1], ARGV[2] == '1'
local sets = {
  { 'L', q.leased }, { 'D', q.delayed }, { 'T', q.retrying }, { 'R', q.suspects }, { 'R', q.ready['2'] }, { 'R', q.ready['1'] },
  { 'R', q.ready['0'] },
}
for _, set in ipairs(sets) do
  local time = call('ZSCORE', set[2], at)
  if time then return { set[1], view_job(q, at, score(time), content) } end
end
local dead = call('ZSCORE', q.deaths, at)
if dead then return { 'X', view_dead(q, at, score(dead), content), outcome_of(q, at) } end
local text = call('HGET', q.jobs, at)
if text then return { 'B', view_job(q, at, job_of(text).visible, content) } end
return { at <= (call('HGET', q.meta, 't') or zero) and 'E' or 'U', {}, outcome_of(q, at) }
