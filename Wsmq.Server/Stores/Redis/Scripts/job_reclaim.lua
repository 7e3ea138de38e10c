-- Takes back leases that have run out, and makes dead letters of waiting jobs whose time to live has passed.
-- uses: dead_jobs
-- flags: allow-oom
-- KEYS[1 … 18]  the queue, see jobs.lua and outcomes.lua
-- ARGV[1]       first back-off, µs   ARGV[2] longest back-off, µs   ARGV[3] most lost leases   ARGV[4] most jobs in a step
-- ARGV[5 … 7]   limits of the dead letters: count, bytes, age in µs
-- ARGV[8]       how long outcomes are known, µs   ARGV[9] the most of them
-- ARGV[10]      PUBLISH or SPUBLISH  ARGV[11] prefix of a node's channel   ARGV[12] the signal
-- ARGV[13]      share of the jitter (0 to 1)
-- Returns now, next end of a lease or time to live (empty if there is none), 1 if more are left; lost leases, two values each: position, consumer; dead
-- letters made here, three values each: position, reason, consumer
local q, now, limits = queue_of(1), micros(), dead_limits(5)
local first, longest, most, step = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local lost, dead = {}, {}
keep_outcomes(q, ARGV[8], ARGV[9])

-- After the clock stepped back, leases end too late: by their holders' own clocks they have run out long before.
local late = call('ZRANGE', q.leased, '+inf', string.format('(%.0f', now), 'BYSCORE', 'REV', 'LIMIT', 0, 50, 'WITHSCORES')
local shortened = 0
for i = 1, #late, 2 do
  local full = now + grant_of(q, late[i]).lease
  if tonumber(late[i + 1]) > full then
    call('ZADD', q.leased, string.format('%.0f', full), late[i])
    shortened = shortened + 1
  end
end

local function over(set)
  return call('ZRANGEBYSCORE', set, '-inf', string.format('%.0f', now), 'LIMIT', 0, step)
end

local ended = over(q.leased)
for i = 1, #ended do
  local at, text = ended[i], call('HGET', q.jobs, ended[i])
  call('ZREM', q.leased, at)
  if text then
    local job, grant = job_of(text), grant_of(q, at)
    grant.lost = grant.lost + 1
    lost[#lost + 1] = { at, grant.consumer }
    if grant.lost >= most then
      bury(q, at, job, grant, 'L', '', now, limits)
      dead[#dead + 1] = { at, 'L', grant.consumer }
    else
      release(q, at, job, grant)
      call('ZADD', q.retrying, string.format('%.0f', now + backoff(first, longest, grant.lost, tonumber(ARGV[13]))), at)
    end
  end
end
if #lost > 0 then change(q, 'l', #lost) end

local old = over(q.expiring)
for i = 1, #old do
  local at, text = old[i], call('HGET', q.jobs, old[i])
  call('ZREM', q.expiring, at)
  if text then
    local job, grant = job_of(text), grant_of(q, at)
    withdraw(q, at, job)
    bury(q, at, job, grant, 'E', '', now, limits)
    dead[#dead + 1] = { at, 'E', grant.consumer }
  end
end

trim_dead(q, now, limits, 100)
save_counts(q)
save_outcomes(q, now)
if #lost > 0 or #dead > 0 then tell(q.meta, ARGV[10], ARGV[11], ARGV[12]) end
local last = next_end(q)
return { digits(now), last and digits(last) or '', (shortened == 50 or #ended == step or #old == step) and 1 or 0, lost, dead }
