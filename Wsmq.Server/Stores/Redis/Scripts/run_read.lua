-- Reads one run.
-- uses: prelude
-- KEYS[1] runs (hash: id -> state)   ARGV[1] id
-- Returns now in µs, and the state of the run, or nil
return { digits(micros()), call('HGET', KEYS[1], ARGV[1]) }
