-- Leases workable jobs to consumers.
-- uses: dead_jobs
-- flags: allow-oom
-- KEYS[1 … 18]  the queue, see jobs.lua and outcomes.lua
-- ARGV[1]       duration of a lease, µs     ARGV[2] most bytes; one job is always taken    ARGV[3] most leases of the queue
-- ARGV[4]       most jobs in a step         ARGV[5] start of the tokens, 12 hexadecimal digits
-- ARGV[6 … 8]   limits of the dead letters: count, bytes, age in µs
-- ARGV[9]       how long outcomes are known, µs   ARGV[10] the most of them
-- ARGV[11]      shortest time from lease to lease in the mean (the rate), µs; 0 if there is no rate
-- ARGV[12 …]    per consumer: name, credit, 1 if it may take a suspect, else 0
-- Returns now, next time at which to take (when a job is due, or the rate allows more) and next end of a lease or time to live (empty if
-- there is none), 1 if more jobs can be taken now or 2 if the queue is paused; dead letters made here, three values each: position, reason,
-- consumer; then per job its consumer (from 0), position, token, failed attempts, lost leases, visible from, content
local q, now = queue_of(1), micros()
local lease, most_bytes, step = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
local limits = dead_limits(6)
local jobs, dead, n, bytes, pending = {}, {}, 0, 0, false
keep_outcomes(q, ARGV[9], ARGV[10])

local function end_expired(at, job, grant)
  bury(q, at, job, grant, 'E', '', now, limits)
  dead[#dead + 1] = { at, 'E', grant.consumer }
end

-- Makes jobs visible whose time has come.
local function promote(set, show)
  local due = call('ZRANGEBYSCORE', set, '-inf', string.format('%.0f', now), 'WITHSCORES', 'LIMIT', 0, step)
  for i = 1, #due, 2 do
    local at, text = due[i], call('HGET', q.jobs, due[i])
    call('ZREM', set, at)
    if text then
      local job, grant = job_of(text), grant_of(q, at)
      if has_expired(job, now) then end_expired(at, job, grant) else show(at, job, grant, due[i + 1]) end
    end
  end
  pending = pending or #due == 2 * step
end
promote(q.delayed, function(at, job) admit(q, at, job) end)
promote(q.retrying, function(at, job, grant, due) make_ready(q, at, job, grant, due) end)

local consumers, credit = {}, 0
for i = 12, #ARGV, 3 do
  consumers[#consumers + 1] = { name = string.sub(ARGV[i], 1, 999), credit = tonumber(ARGV[i + 1]), suspect = ARGV[i + 2] == '1' }
  credit = credit + tonumber(ARGV[i + 1])
end
local paused = call('HGET', q.meta, 'p') == '1'
local wanted = paused and 0 or math.min(credit, step, tonumber(ARGV[3]) - call('ZCARD', q.leased))

-- Field u of the meta: the time up to which the rate is used up. What it allows collects for a tenth of a second, or for one lease.
local pace, saved, room = tonumber(ARGV[11]), 0, wanted
if pace > 0 then
  local last = tonumber(call('HGET', q.meta, 'u') or '0')
  -- The clock stepped back: without this, no lease would be granted until it has caught up.
  if last > now then call('HSET', q.meta, 'u', string.format('%.0f', now)) end
  saved = math.min(math.max(now - last, 0), math.max(pace, 100000))
  room = math.min(wanted, math.floor(saved / pace))
end

-- Leases the first job of a set. Returns nil if the set is empty, else whether the job was leased.
local function take(set, c)
  local popped = call('ZPOPMIN', set)
  local at = popped[1]
  if not at then return nil end
  local text = call('HGET', q.jobs, at)
  if not text then return false end
  local job, grant = job_of(text), grant_of(q, at)
  if has_expired(job, now) then
    end_expired(at, job, grant)
    return false
  end
  local consumer = consumers[c]
  grant.token, grant.visible, grant.lease, grant.consumer = ARGV[5] .. string.format('%04x', n), score(popped[2]), lease, consumer.name
  save_grant(q, at, grant)
  call('ZADD', q.leased, string.format('%.0f', now + lease), at)
  if job.ends ~= zero then call('ZREM', q.expiring, at) end
  jobs[n + 1] = { c - 1, at, grant.token, grant.failed, grant.lost, grant.visible, string.sub(text, job.content) }
  n, bytes, consumer.credit = n + 1, bytes + #text, consumer.credit - 1
  return true
end

local function has_room() return n < room and #dead < step and (n == 0 or bytes < most_bytes) end

for c = 1, #consumers do
  local taken = false
  while consumers[c].suspect and consumers[c].credit > 0 and has_room() and taken == false do taken = take(q.suspects, c) end
end

-- The consumers in turn.
local c = 0
local function next_consumer()
  repeat c = c % #consumers + 1 until consumers[c].credit > 0
  return c
end
for _, priority in ipairs({ '2', '1', '0' }) do
  local taken = false
  while taken ~= nil and has_room() do
    taken = take(q.ready[priority], next_consumer())
    if not taken then c = c - 1 end
  end
end

local used = math.ceil(now - saved + n * pace)
if pace > 0 and n > 0 then call('HSET', q.meta, 'u', string.format('%.0f', used)) end
save_counts(q)
save_outcomes(q, now)

local due = earlier(first_time(q.delayed), first_time(q.retrying))
local last, latest = next_end(q), call('ZRANGE', q.leased, -1, -1, 'WITHSCORES')
-- The clock stepped back: a reclaim is due now. Compared with the duration of the grant, because the option may have changed since.
if latest[2] and tonumber(latest[2]) > now + grant_of(q, latest[1]).lease then last = now end
local more = false
for _, set in ipairs({ q.ready['2'], q.ready['1'], q.ready['0'], q.suspects }) do more = more or call('ZCARD', set) > 0 end
if more and room < wanted and n == room then
  -- Several leases at once: at a high rate, a call for each would be one a millisecond.
  due, more = earlier(due, used + math.ceil(math.max(1, math.floor(50000 / pace)) * pace)), false
end
more = more or pending
return { digits(now), due and digits(due) or '', last and digits(last) or '', paused and 2 or more and 1 or 0, dead, jobs }
