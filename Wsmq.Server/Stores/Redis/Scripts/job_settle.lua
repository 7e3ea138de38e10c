-- Ends attempts at jobs, and hands back jobs that have not begun.
-- uses: dead_jobs
-- flags: allow-oom
-- KEYS[1 … 18]  the queue, see jobs.lua and outcomes.lua
-- ARGV[1]       first back-off, µs   ARGV[2] longest back-off, µs   ARGV[3] most failed attempts
-- ARGV[4 … 6]   limits of the dead letters: count, bytes, age in µs
-- ARGV[7]       how long outcomes are known, µs   ARGV[8] the most of them
-- ARGV[9]       PUBLISH or SPUBLISH  ARGV[10] prefix of a node's channel   ARGV[11] the signal
-- ARGV[12]      1 if a completed job may make room for another one under the most leases of the queue
-- KEYS[19], ARGV[13], ARGV[14]   mark, its number, and how long it is stored, ms; no key if nobody waits for replicas
-- ARGV[15 …]    per item: position, token, kind (C completed, R retry, J rejected, H handed back), 1 if a retry counts, its delay in µs or
--               -1 for the back-off, share of the jitter (0 to 1), reason
-- Returns       one digit per item: 0 (done), 1 (the lease is lost), 2 (dead letter), 3 (the job is corrupt)
local q, now, limits = queue_of(1), micros(), dead_limits(4)
local first, longest, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local wake, results = false, {}
local FIRST, PART = 15, 7 * 20
keep_outcomes(q, ARGV[7], ARGV[8])

local function retry(grant, counts, delay, jitter)
  if counts then
    grant.failed = grant.failed + 1
    change(q, 'f', 1)
  end
  return delay >= 0 and delay or backoff(first, longest, grant.failed, jitter)
end

-- One item, of any kind.
local function settle(i, at, job, grant)
  local kind, reason = ARGV[i + 2], ARGV[i + 6]
  call('ZREM', q.leased, at)
  if kind == 'C' then
    finish(q, at, job)
    change(q, 'e', 1)
    note_end(q, at, kind, '', grant.progress, now)
    wake = wake or job.key ~= '' or ARGV[12] == '1'
    return 0
  end

  wake = true
  if kind == 'J' then
    bury(q, at, job, grant, 'R', reason, now, limits)
    return 2
  elseif kind == 'H' then
    make_ready(q, at, job, grant, grant.visible)
  else
    local delay = retry(grant, ARGV[i + 3] == '1', tonumber(ARGV[i + 4]), tonumber(ARGV[i + 5]))
    if grant.failed >= most and ARGV[i + 3] == '1' then
      bury(q, at, job, grant, 'A', reason, now, limits)
      return 2
    end
    call('ZADD', q.retrying, moment(now + delay), at)
  end
  release(q, at, job, grant)
  return 0
end

-- A few items: what is stored of them is read with one command each, and so are plain jobs that are completed removed. Contents may be
-- large, so that not all items are read at once. A corrupt job fails its own item only, a corrupt key all items of the part.
local function settle_part(first, last)
  local names, done, seen, bytes, before = {}, {}, {}, 0, (first - FIRST) / 7
  for i = first, last, 7 do names[#names + 1] = ARGV[i] end
  local times, grants = call('ZMSCORE', q.leased, unpack(names)), call('HMGET', q.grants, unpack(names))
  local texts = call('HMGET', q.jobs, unpack(names))
  for n = 1, #names do
    local i, at = first + 7 * (n - 1), names[n]
    if seen[at] or not times[n] or not grants[n] or slice(grants[n], 1, 16) ~= ARGV[i + 1] then
      results[before + n] = 1
    elseif ARGV[i + 2] == 'C' and texts[n] and is_plain(texts[n]) then
      seen[at], done[#done + 1], bytes = true, at, bytes + #texts[n]
      note_end(q, at, 'C', '', grant_from(grants[n]).progress, now)
      results[before + n] = 0
    else
      seen[at] = true
      local settled, result = pcall(function() return settle(i, at, job_of(texts[n]), grant_from(grants[n])) end)
      results[before + n] = settled and result or 3
    end
  end
  if done[1] then
    call('ZREM', q.leased, unpack(done))
    call('HDEL', q.jobs, unpack(done))
    call('HDEL', q.grants, unpack(done))
    change(q, 'e', #done)
    change(q, 'b', -bytes)
    wake = wake or ARGV[12] == '1'
  end
end

for first = FIRST, #ARGV, PART do
  local last = math.min(first + PART - 1, #ARGV)
  if not pcall(settle_part, first, last) then
    for i = first, last, 7 do results[(i - FIRST) / 7 + 1] = 3 end
  end
end
save_counts(q)
save_outcomes(q, now)
leave_mark(KEYS[19], ARGV[13], ARGV[14])
if wake then tell(q.meta, ARGV[9], ARGV[10], ARGV[11]) end
return table.concat(results)
