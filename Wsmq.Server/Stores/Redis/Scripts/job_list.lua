-- A part of the jobs of a state.
-- uses: job_views
-- KEYS[1 … 16]  the queue, see jobs.lua
-- ARGV[1]       state: R ready, D delayed, L leased, T retrying, B blocked, X dead    ARGV[2] how many to leave out
-- ARGV[3]       most jobs   ARGV[4] 1 to return contents
-- Returns per job: position, time of the state, grant or dead letter, stored job; see job_views.lua
local q, skip, most, content = queue_of(1), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local sets = ({
  R = { q.ready['2'], q.ready['1'], q.ready['0'], q.suspects }, D = { q.delayed }, L = { q.leased }, T = { q.retrying }, B = { q.blocked },
  X = { q.deaths },
})[ARGV[1]]
local view, jobs = ARGV[1] == 'X' and view_dead or view_job, {}
for _, set in ipairs(sets) do
  local found = #jobs < most and call('ZRANGE', set, skip, skip + most - #jobs - 1, 'WITHSCORES') or {}
  for i = 1, #found, 2 do
    local at, time = found[i], score(found[i + 1])
    if ARGV[1] == 'B' then at, time = string.sub(at, -17, -2), string.sub(at, -33, -18) end
    jobs[#jobs + 1] = view(q, at, time, content)
  end
  skip = math.max(skip - call('ZCARD', set), 0)
end
return jobs
