-- Extends leases to their full duration from now, and stores the progress of their jobs.
-- uses: jobs
-- flags: allow-oom
-- KEYS[1 … 16]  the queue, see jobs.lua
-- ARGV[1 …]     per lease: position, token, progress (empty to leave it as it is)
-- Returns       one digit per lease: 1 (extended) or 0 (lost)
local q, now, results = queue_of(1), micros(), {}
for i = 1, #ARGV, 3 do
  local grant = current(q, ARGV[i], ARGV[i + 1])
  if grant then call('ZADD', q.leased, string.format('%.0f', now + grant.lease), ARGV[i]) end
  if grant and ARGV[i + 2] ~= '' then
    grant.progress = ARGV[i + 2]
    save_grant(q, ARGV[i], grant)
  end
  results[#results + 1] = grant and 1 or 0
end
return table.concat(results)
