-- Lists the runs of the deployment.
-- uses: prelude
-- KEYS[1] runs (hash: id -> state)
-- Returns now in µs, and ids with their states
local runs = KEYS[1]
return { digits(micros()), call('HGETALL', runs) }
