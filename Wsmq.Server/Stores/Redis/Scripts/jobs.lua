-- Shared by the scripts of work queues. A queue has 16 keys, always in this order:
--   1 meta (hash)        t tail, n nodes to signal (as of a log; states.lua also reads c, v and x, which must stay free), p 1 if paused,
--                        b bytes of the jobs, k bytes of the dead letters, u and o: see job_take.lua and outcomes.lua; totals:
--                        s stored, e completed, f failed attempts, l lost leases, d dead letters, r dead letters removed over a limit, a jobs
--                        and dead letters removed by a call
--   2 jobs (hash)        position -> priority (1 digit), end of the time to live (16 digits, 0 if none), visible from (16), time to live in
--                        µs (16), length of key (3) and of unique text (3), key, unique text, content. Most jobs have no time to live, no key
--                        and no unique text. Such a plain job is a letter (a, b or c for the priorities 0, 1 and 2), visible from (16), content
--   3 grants (hash)      position -> token (16), failed attempts (4), lost leases (4), visible from (16), duration of the lease in µs (12),
--                        length of consumer (3), consumer, progress. Only of jobs that were given out before.
--   4 delayed   5 leased   6 retrying   7 expiring    sorted sets: position, by time in µs. A leased job is never in 7
--   8 blocked (sorted set, by name)   key, NUL, visible from (16), position (16), priority (1)
--   9 holders (hash)     key -> position of the job that has it
--   10 unique (hash)     unique text -> position of the job that has it
--   11 dead (hash)       position -> reason (1 letter), time (16), failed attempts (4), lost leases (4), length of text (4) and consumer (3),
--                        text, consumer, job as in 2
--   12 deaths (sorted set)            position, by time
--   13 suspects   14 ready, low priority   15 normal   16 high   sorted sets: position, by the time from which it was visible
-- uses: interest_list
local function queue_of(first)
  return {
    meta = KEYS[first], jobs = KEYS[first + 1], grants = KEYS[first + 2], delayed = KEYS[first + 3], leased = KEYS[first + 4],
    retrying = KEYS[first + 5], expiring = KEYS[first + 6], blocked = KEYS[first + 7], holders = KEYS[first + 8],
    unique = KEYS[first + 9], dead = KEYS[first + 10], deaths = KEYS[first + 11], suspects = KEYS[first + 12],
    ready = { ['0'] = KEYS[first + 13], ['1'] = KEYS[first + 14], ['2'] = KEYS[first + 15] },
    outcomes = { [0] = KEYS[first + 16], [1] = KEYS[first + 17] }, counts = {},
  }
end

-- Changes a number of the meta. save_counts stores all changes of a call at its end, one command for each number.
local function change(q, field, by) q.counts[field] = (q.counts[field] or 0) + by end

local function save_counts(q)
  for field, by in pairs(q.counts) do call('HINCRBY', q.meta, field, string.format('%.0f', by)) end
end

local function counted(q, field) return tonumber(call('HGET', q.meta, field) or '0') + (q.counts[field] or 0) end

-- A time as 16 digits; the latest one that a double represents exactly if it is later.
local function moment(time) return digits(math.min(time, 9007199254740991)) end

local function slice(text, from, length) return string.sub(text, from, from + length - 1) end

-- Whether a stored job is a plain one: it is in no further set.
local function is_plain(text)
  local letter = string.byte(text) or 0
  return letter >= 97 and letter <= 99 and position(slice(text, 2, 16)) ~= nil
end

local function job_of(text)
  if is_plain(text) then
    return {
      text = text, priority = string.char(string.byte(text) - 49), ends = zero, visible = slice(text, 2, 16), life = zero, key = '', unique = '',
      content = 18,
    }
  end
  local key, unique = tonumber(slice(text, 50, 3)), tonumber(slice(text, 53, 3))
  return {
    text = text, priority = slice(text, 1, 1), ends = slice(text, 2, 16), visible = slice(text, 18, 16),
    life = slice(text, 34, 16), key = slice(text, 56, key), unique = slice(text, 56 + key, unique), content = 56 + key + unique,
  }
end

-- Where the job begins in a dead letter.
local function dead_part(text) return 33 + tonumber(slice(text, 26, 4)) + tonumber(slice(text, 30, 3)) end

local function has_expired(job, now) return job.ends ~= zero and tonumber(job.ends) <= now end

-- The grant that a text states; without a text, that of a job that was never given out.
local function grant_from(text)
  if not text then return { token = '', failed = 0, lost = 0, visible = zero, lease = 0, consumer = '', progress = '' } end
  local consumer = tonumber(slice(text, 53, 3))
  return {
    token = slice(text, 1, 16), failed = tonumber(slice(text, 17, 4)), lost = tonumber(slice(text, 21, 4)), visible = slice(text, 25, 16),
    lease = tonumber(slice(text, 41, 12)), consumer = slice(text, 56, consumer), progress = string.sub(text, 56 + consumer),
  }
end

local function grant_of(q, at) return grant_from(call('HGET', q.grants, at)) end

local function grant_text(grant)
  local counts = string.format('%04.0f%04.0f', math.min(grant.failed, 9999), math.min(grant.lost, 9999))
  local rest = string.format('%012.0f%03.0f', grant.lease, #grant.consumer) .. grant.consumer .. grant.progress
  return grant.token .. counts .. grant.visible .. rest
end

local function save_grant(q, at, grant) call('HSET', q.grants, at, grant_text(grant)) end

-- Returns the grant that a token belongs to, or nil if that is not the current one.
local function current(q, at, token)
  if not call('ZSCORE', q.leased, at) then return nil end
  local grant = grant_of(q, at)
  return grant.token == token and grant or nil
end

local function blocked_name(job, at) return job.key .. '\0' .. job.visible .. at .. job.priority end

local function make_ready(q, at, job, grant, visible)
  call('ZADD', grant.lost > 0 and q.suspects or q.ready[job.priority], visible, at)
end

-- Gives a job its key. Returns false if another job has it. One that has not been given out yet gives way to a job that became visible
-- before it: of jobs that were delayed, several may be found at once.
local function claim(q, at, job)
  local holder = call('HGET', q.holders, job.key)
  if holder then
    local text = call('HGET', q.jobs, holder)
    local other = text and job_of(text)
    if other and (other.visible .. holder < job.visible .. at or call('ZREM', q.ready[other.priority], holder) == 0) then return false end
    if other then call('ZADD', q.blocked, 0, blocked_name(other, holder)) end
  end
  call('HSET', q.holders, job.key, at)
  return true
end

-- A job has become visible for the first time.
local function admit(q, at, job)
  if job.key == '' or claim(q, at, job) then
    call('ZADD', q.ready[job.priority], job.visible, at)
  else
    call('ZADD', q.blocked, 0, blocked_name(job, at))
  end
end

-- A grant has ended, and its job has not: only the counts of the grant are still of use.
local function release(q, at, job, grant)
  grant.token = string.rep('0', 16)
  save_grant(q, at, grant)
  if job.ends ~= zero then call('ZADD', q.expiring, job.ends, at) end
end

-- Gives the key of an ended job to the next one.
local function pass_on(q, key)
  local name = call('ZRANGEBYLEX', q.blocked, '[' .. key .. '\0', '(' .. key .. '\1', 'LIMIT', 0, 1)[1]
  if not name then return call('HDEL', q.holders, key) end
  call('ZREM', q.blocked, name)
  local visible, at, priority = string.sub(name, -33, -18), string.sub(name, -17, -2), string.sub(name, -1)
  call('HSET', q.holders, key, at)
  call('ZADD', q.ready[priority], visible, at)
end

-- A job has ended in any way. The caller has removed it from the set of its state.
local function finish(q, at, job)
  call('HDEL', q.jobs, at)
  call('HDEL', q.grants, at)
  if job.ends ~= zero then call('ZREM', q.expiring, at) end
  if job.unique ~= '' and call('HGET', q.unique, job.unique) == at then call('HDEL', q.unique, job.unique) end
  change(q, 'b', -#job.text)
  if job.key ~= '' and call('HGET', q.holders, job.key) == at then pass_on(q, job.key) end
end

-- Removes a job from the set of any state but leased.
local function withdraw(q, at, job)
  for _, set in ipairs({ q.ready[job.priority], q.suspects, q.delayed, q.retrying }) do
    if call('ZREM', set, at) == 1 then return end
  end
  call('ZREM', q.blocked, blocked_name(job, at))
end

-- The delay before the next attempt: doubled with each one, up to the longest, then shortened by up to half.
local function backoff(first, longest, attempts, jitter)
  return math.floor(math.min(first * 2 ^ math.min(math.max(attempts - 1, 0), 62), longest) * (1 - jitter / 2))
end

local function score(text) return #text == 16 and text or digits(tonumber(text)) end

-- The lowest time in a sorted set, or nil if it is empty.
local function first_time(set)
  local first = call('ZRANGE', set, 0, 0, 'WITHSCORES')
  return first[2] and tonumber(first[2])
end

-- The earlier of two times, each of which may be nil.
local function earlier(a, b) return a and b and math.min(a, b) or a or b end

-- When the next lease or the next time to live ends, or nil.
local function next_end(q) return earlier(first_time(q.leased), first_time(q.expiring)) end

-- Notes that this server has executed a call; confirm.lua looks for it. Without a key, nobody waits for replicas.
local function leave_mark(key, number, kept)
  if key then call('SET', key, number, 'PX', kept) end
end
