-- The job that has a unique text.
-- uses: jobs
-- KEYS[1 … 16]  the queue, see jobs.lua
-- ARGV[1]       the unique text
-- Returns       its position; nothing if no job has it
return call('HGET', queue_of(1).unique, ARGV[1])
