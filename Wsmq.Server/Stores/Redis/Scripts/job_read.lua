-- One job, in any state.
-- uses: job_views
-- KEYS[1 … 16]  the queue, see jobs.lua
-- ARGV[1]       position
-- Returns       its state (as in job_list.lua), then as job_list.lua; nothing if it is not stored
local q, at = queue_of(1), ARGV[1]
local sets = {
  { 'L', q.leased }, { 'D', q.delayed }, { 'T', q.retrying }, { 'R', q.suspects }, { 'R', q.ready['2'] }, { 'R', q.ready['1'] },
  { 'R', q.ready['0'] },
}
for _, set in ipairs(sets) do
  local time = call('ZSCORE', set[2], at)
  if time then return { set[1], view_job(q, at, score(time), true) } end
end
local dead = call('ZSCORE', q.deaths, at)
if dead then return { 'X', view_dead(q, at, score(dead), true) } end
local text = call('HGET', q.jobs, at)
return text and { 'B', view_job(q, at, job_of(text).visible, true) } or {}
