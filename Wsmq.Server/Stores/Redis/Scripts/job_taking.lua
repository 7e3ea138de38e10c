-- Part of the scripts that lease jobs.
-- uses: dead_jobs
-- q, now         the queue and the time
-- first, count   where the arguments begin in ARGV, and how many there are, see job_take.lua
-- mark           key of the mark; nil if nobody waits for replicas
-- Returns        the reply of job_take.lua
local function take_jobs(q, now, first, count, mark)
  local function argument(i) return ARGV[first + i - 1] end
  local lease, most_bytes, step = tonumber(argument(1)), tonumber(argument(2)), tonumber(argument(4))
  local limits = dead_limits(first + 5)
  local jobs, dead, n, bytes, pending = {}, {}, 0, 0, false
  local until_time = string.format('%.0f', now + lease)
  keep_outcomes(q, argument(9), argument(10))

  local function end_expired(at, job, grant)
    bury(q, at, job, grant, 'E', '', now, limits)
    dead[#dead + 1] = { at, 'E', grant.consumer }
  end

  -- Makes jobs visible whose time has come. Returns the next time of the set, or nil.
  local function promote(set, show)
    local earliest = first_time(set)
    if not earliest or earliest > now then return earliest end
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
    return first_time(set)
  end
  local due = promote(q.delayed, function(at, job) admit(q, at, job) end)
  due = earlier(due, promote(q.retrying, function(at, job, grant, time) make_ready(q, at, job, grant, time) end))

  local consumers, credit = {}, 0
  for i = 14, count, 3 do
    local free = tonumber(argument(i + 1))
    consumers[#consumers + 1] = { name = string.sub(argument(i), 1, 999), credit = free, suspect = argument(i + 2) == '1' }
    credit = credit + free
  end
  local state = call('HMGET', q.meta, 'p', 'u')
  local paused = state[1] == '1'
  local wanted = paused and 0 or math.min(credit, step, tonumber(argument(3)) - call('ZCARD', q.leased))

  -- Field u of the meta: the time up to which the rate is used up. What it allows collects for a tenth of a second, or for one lease.
  local pace, saved, room = tonumber(argument(11)), 0, wanted
  if pace > 0 then
    local last = tonumber(state[2] or '0')
    -- The clock stepped back: without this, no lease would be granted until it has caught up.
    if last > now then call('HSET', q.meta, 'u', string.format('%.0f', now)) end
    saved = math.min(math.max(now - last, 0), math.max(pace, 100000))
    room = math.min(wanted, math.floor(saved / pace))
  end

  local function has_room() return n < room and #dead < step and (n == 0 or bytes < most_bytes) end

  -- What is stored at the end, with one command for all jobs.
  local grants, leases, withdrawn = {}, {}, {}

  -- Leases a job to a consumer, unless its time to live has passed.
  local function give(c, at, text, given, visible)
    local consumer, token, content = consumers[c], argument(5) .. string.format('%04x', n), 18
    if not is_plain(text) then
      local job = job_of(text)
      if has_expired(job, now) then return end_expired(at, job, grant_from(given)) end
      if job.ends ~= zero then withdrawn[#withdrawn + 1] = at end
      content = job.content
    end
    local failed, lost, progress, granted = 0, 0, '', nil
    if given then
      local grant = grant_from(given)
      grant.token, grant.visible, grant.lease, grant.consumer = token, visible, lease, consumer.name
      failed, lost, progress, granted = grant.failed, grant.lost, grant.progress, grant_text(grant)
    else
      consumer.grant = consumer.grant or string.format('%012.0f%03.0f', lease, #consumer.name) .. consumer.name
      granted = token .. '00000000' .. visible .. consumer.grant
    end
    grants[2 * n + 1], grants[2 * n + 2], leases[2 * n + 1], leases[2 * n + 2] = at, granted, until_time, at
    jobs[n + 1] = { c - 1, at, token, failed, lost, visible, string.sub(text, content), progress }
    n, bytes, consumer.credit = n + 1, bytes + #text, consumer.credit - 1
  end

  -- Takes the first jobs of a set for the consumers that next_consumer returns. Returns false if the set was empty.
  local function take(set, most, next_consumer)
    local popped, names, back = call('ZPOPMIN', set, most), {}, {}
    if not popped[1] then return false end
    for i = 1, #popped, 2 do names[#names + 1] = popped[i] end
    local texts, given = call('HMGET', q.jobs, unpack(names)), call('HMGET', q.grants, unpack(names))
    for i = 1, #names do
      if texts[i] and has_room() then
        give(next_consumer(), names[i], texts[i], given[i], score(popped[2 * i]))
      elseif texts[i] then
        back[#back + 1], back[#back + 2] = popped[2 * i], names[i]
      end
    end
    if back[1] then call('ZADD', set, unpack(back)) end
    return true
  end

  local some_left = true
  for c = 1, #consumers do
    local before = n
    while some_left and n == before and consumers[c].suspect and consumers[c].credit > 0 and has_room() do
      some_left = take(q.suspects, 1, function() return c end)
    end
  end

  -- The consumers in turn. A few jobs at a time: contents may be large, and most_bytes may be reached with the first ones.
  local c = 0
  local function next_consumer()
    repeat c = c % #consumers + 1 until consumers[c].credit > 0
    return c
  end
  for _, priority in ipairs({ '2', '1', '0' }) do
    while has_room() and take(q.ready[priority], math.min(room - n, 16), next_consumer) do end
  end
  local full = not has_room()

  if n > 0 then
    call('HSET', q.grants, unpack(grants))
    call('ZADD', q.leased, unpack(leases))
    if withdrawn[1] then call('ZREM', q.expiring, unpack(withdrawn)) end
    leave_mark(mark, argument(12), argument(13))
  end
  local used = math.ceil(now - saved + n * pace)
  if pace > 0 and n > 0 then call('HSET', q.meta, 'u', string.format('%.0f', used)) end
  save_counts(q)
  save_outcomes(q, now)

  local last, latest = next_end(q), call('ZRANGE', q.leased, -1, -1, 'WITHSCORES')
  -- The clock stepped back: a reclaim is due now. Compared with the duration of the grant, because the option may have changed since.
  if latest[2] and tonumber(latest[2]) > now + lease and tonumber(latest[2]) > now + grant_of(q, latest[1]).lease then last = now end
  local more = false
  -- An expired job may have passed its key on to one of a set that was empty before.
  if full or some_left or dead[1] then
    for _, set in ipairs({ q.ready['2'], q.ready['1'], q.ready['0'], q.suspects }) do more = more or call('ZCARD', set) > 0 end
  end
  if more and room < wanted and n == room then
    -- Several leases at once: at a high rate, a call for each would be one a millisecond.
    due, more = earlier(due, used + math.ceil(math.max(1, math.floor(50000 / pace)) * pace)), false
  end
  more = more or pending
  return { digits(now), due and digits(due) or '', last and digits(last) or '', paused and 2 or more and 1 or 0, dead, jobs }
end
