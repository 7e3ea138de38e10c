-- Pauses a queue or resumes it, and notifies the nodes.
-- uses: jobs
-- flags: allow-oom
-- KEYS[1]   meta of the queue, see jobs.lua
-- ARGV[1]   1 to pause, 0 to resume   ARGV[2] PUBLISH or SPUBLISH   ARGV[3] prefix of a node's channel   ARGV[4] the signal
if ARGV[1] == '1' then call('HSET', KEYS[1], 'p', '1') else call('HDEL', KEYS[1], 'p') end
tell(KEYS[1], ARGV[2], ARGV[3], ARGV[4])
