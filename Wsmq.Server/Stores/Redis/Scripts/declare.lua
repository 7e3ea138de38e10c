-- Records what a node declares about a queue, and returns the declarations that hold: those of the highest version of the nodes that live.
-- Also restores the node's interest in the signals of the queue, if the store has lost it.
-- uses: interest_list
-- flags: allow-oom
-- KEYS[1] declarations (hash): node -> since when (16 digits), version (10), declaration   KEYS[2] recurring jobs, see schedule_advance.lua
-- KEYS[3] lease of the node   KEYS[4] meta of the queue
-- ARGV[1] node      ARGV[2] duration of its lease, ms   ARGV[3] prefix of the key of a node's lease
-- ARGV[4] version, 10 digits   ARGV[5] declaration   ARGV[6] 1 if the node has consumers of the queue, else 0
-- Returns now; the version that holds; its declarations, the newest last; the recurring jobs, names and states in turn
local declarations, meta, node, own, now = KEYS[1], KEYS[4], ARGV[1], ARGV[4] .. ARGV[5], digits(micros())
call('SET', KEYS[3], '1', 'PX', ARGV[2])
-- A declaration holds although the queue is corrupt.
if ARGV[6] == '1' then pcall(function() note(meta, call('HGET', meta, 'n') or '', node) end) end
if string.sub(call('HGET', declarations, node) or '', 17) ~= own then call('HSET', declarations, node, now .. own) end

local all, holding, version = call('HGETALL', declarations), {}, ''
for i = 1, #all, 2 do
  local text = all[i + 1]
  local its = string.sub(text, 17, 26)
  if call('EXISTS', ARGV[3] .. all[i]) == 0 then
    call('HDEL', declarations, all[i])
  elseif its >= version then
    if its > version then holding, version = {}, its end
    holding[#holding + 1] = text .. all[i]
  end
end

-- By the time, then by the rest: the same order on every node.
table.sort(holding)
local texts, seen = {}, {}
for i = #holding, 1, -1 do
  local text = string.sub(holding[i], 27, -9)
  if not seen[text] then table.insert(texts, 1, text) end
  seen[text] = true
end
return { now, version, texts, call('HGETALL', KEYS[2]) }
