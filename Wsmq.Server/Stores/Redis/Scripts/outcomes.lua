-- Shared by the scripts that end jobs: how jobs ended, for a time after it. Two hashes are used in turn, so that forgetting is one command:
-- the current one is full once it holds half of the most outcomes, or is as old as they are to be known; then the other one is emptied and
-- becomes the current one. An outcome is so known for one to two times its time, unless there are too many.
-- uses: jobs
--   17, 18 outcomes (hashes)   position -> C (completed), X (removed) or the reason of a dead letter, time (16), length of text (4), text,
--                              progress. Field o of the meta: index of the current one (0 or 1), since when it is (16)
local function keep_outcomes(q, time, most) q.ended, q.keep_for, q.keep_most = {}, tonumber(time), tonumber(most) end

local function note_end(q, at, kind, text, progress, now)
  if q.keep_for == 0 then return end
  local n = #q.ended
  q.ended[n + 1], q.ended[n + 2] = at, kind .. digits(now) .. string.format('%04.0f', #text) .. text .. progress
end

local function current_outcomes(q)
  local state = call('HGET', q.meta, 'o')
  return state and string.sub(state, 1, 1) == '1' and 1 or 0, state and tonumber(string.sub(state, 2)) or 0
end

-- Stores what was noted.
local function save_outcomes(q, now)
  if #q.ended == 0 then return end
  local current, since = current_outcomes(q)
  local size = call('HLEN', q.outcomes[current])
  if now >= since + q.keep_for or 2 * size + #q.ended > q.keep_most then
    current, size = 1 - current, 0
    call('UNLINK', q.outcomes[current])
    call('HSET', q.meta, 'o', string.format('%d', current) .. digits(now))
  end
  call('HSET', q.outcomes[current], unpack(q.ended))
  -- For a queue in which no more jobs end.
  if size == 0 then call('PEXPIRE', q.outcomes[current], string.format('%.0f', math.ceil(2 * q.keep_for / 1000) + 60000)) end
end

-- Returns how a job ended last, or nil if that is not known.
local function outcome_of(q, at)
  local current = current_outcomes(q)
  return call('HGET', q.outcomes[current], at) or call('HGET', q.outcomes[1 - current], at)
end
