-- Part of the scripts that store messages and jobs: those that have a place in a sequence, among those of one producer to one address. How far
-- each sequence was processed is in one hash per time slice: hash of sender, producer and address -> state, and u with the hash of the sender ->
-- how many sequences of it are there. A state is stored in the current slice and looked up in the current and the previous one.
-- A state is a text: epoch (16 digits), last number (12), floor (12), time of the last message (16); then outcomes by number: number (12), S for
-- stored or R for refused, a value (16), mark of the message (16). The value is the position, zero if the message waits; of a refused one the
-- number of the error, or as a byte the letter with which it was refused. Outcomes are of the last 8 numbers, and of the last 16 that were
-- refused. A number up to the floor without an outcome may have been refused. SequenceState.cs does the same.
-- uses: prelude
local sequence_size = 106

-- The functions, for a lane, whose keys begin with a text. In one, because most calls need none of them, and to define them takes time.
local function sequences_of(lane)
  -- What is before the content of such a message: hash of the sequence (16), of the sender (16), most sequences of the sender (10), how long a
  -- sequence is remembered in µs (16), epoch (16), number (12), number of the error with which the node has refused it or zero (4), mark (16).
  local function sequence_terms(content)
    local function part(from, to) return string.sub(content, from, to) end
    return {
      field = part(1, 16), sender = 'u' .. part(17, 32), most = tonumber(part(33, 42)), kept = tonumber(part(43, 58)), epoch = part(59, 74),
      number = part(75, 86), refusal = part(87, 90), mark = part(91, 106),
    }
  end

  -- Reads the state of a sequence into its terms. Returns false if it is corrupt.
  local function sequence_load(terms, now)
    local slice = math.floor(now / terms.kept)
    local prefix = lane .. 'sequences:' .. string.format('%.0f', terms.kept / 1000) .. ':'
    terms.slice, terms.key, terms.next_key = string.format('%.0f', slice), prefix .. slice % 3, prefix .. (slice + 1) % 3
    local found = call('HMGET', terms.key, 'slice', terms.field, terms.sender)
    terms.begins = found[1] ~= terms.slice
    local text = not terms.begins and found[2]
    terms.is_counted, terms.count = text and true, terms.begins and 0 or tonumber(found[3] or '0')
    if not text then
      local before = call('HMGET', prefix .. (slice - 1) % 3, 'slice', terms.field)
      text = before[1] == string.format('%.0f', slice - 1) and before[2]
    end
    if text and (#text < 56 or #text % 45 ~= 11 or string.find(string.sub(text, 1, 56), '%D')) then return false end
    terms.last, terms.floor, terms.outcomes = 0, '000000000000', {}
    if not text or now - tonumber(string.sub(text, 41, 56)) > terms.kept then return true end
    terms.is_known, terms.known_epoch = true, string.sub(text, 1, 16)
    if terms.epoch ~= terms.known_epoch then return true end
    terms.last, terms.floor = tonumber(string.sub(text, 17, 28)), string.sub(text, 29, 40)
    for at = 57, #text, 45 do
      if not string.find(string.sub(text, at, at + 28), '^%d+[SR]%d+$') then return false end
      terms.outcomes[#terms.outcomes + 1] = {
        number = string.sub(text, at, at + 11), kind = string.sub(text, at + 12, at + 12), value = string.sub(text, at + 13, at + 28),
        mark = string.sub(text, at + 29, at + 44),
      }
    end
    return true
  end

  -- Saves that the next message was processed.
  local function sequence_save(terms, now, kind, value)
    local outcomes, kept, refused = terms.outcomes, {}, 0
    outcomes[#outcomes + 1] = { number = terms.number, kind = kind, value = value, mark = terms.mark }
    for _, one in ipairs(outcomes) do if one.kind == 'R' then refused = refused + 1 end end
    for _, one in ipairs(outcomes) do
      if one.kind == 'R' and refused > 16 then
        terms.floor, refused = one.number, refused - 1
      elseif one.kind == 'R' or tonumber(one.number) > tonumber(terms.number) - 8 then
        kept[#kept + 1] = one.number .. one.kind .. one.value .. one.mark
      end
    end
    if terms.begins then
      -- As in message_ids: UNLINK frees large hashes in a background thread; expiry would not.
      call('UNLINK', terms.key, terms.next_key)
      call('HSET', terms.key, 'slice', terms.slice)
      call('PEXPIRE', terms.key, string.format('%.0f', math.ceil(2 * terms.kept / 1000) + 3600000))
    end
    call('HSET', terms.key, terms.field, terms.epoch .. terms.number .. terms.floor .. digits(now) .. table.concat(kept))
    if not terms.is_counted then call('HINCRBY', terms.key, terms.sender, 1) end
  end

  -- What the sender of a message is told that is not the next one of its sequence, or that the node has refused: a position or a number, and a
  -- letter as append.lua and job_append.lua return it. Nil if the message is to be stored.
  local function sequence_told(terms, now)
    if not sequence_load(terms, now) then return zero, 'S' end
    local number, last = tonumber(terms.number), terms.last
    if terms.is_known and terms.epoch < terms.known_epoch then return zero, 'E' end
    if number > last + 1 then return digits(last), 'G' end
    if number <= last then
      for _, one in ipairs(terms.outcomes) do
        if one.number == terms.number then
          if one.mark ~= terms.mark then return zero, 'H' end
          return one.value, one.kind == 'R' and 'Q' or 'D'
        end
      end
      return zero, terms.number <= terms.floor and 'S' or 'D'
    end
    if not terms.is_known and terms.count >= terms.most then return zero, 'M' end
    if terms.refusal ~= '0000' then
      sequence_save(terms, now, 'R', '000000000000' .. terms.refusal)
      return '000000000000' .. terms.refusal, 'Q'
    end
  end

  -- The message was to be appended, and its sender is told this. What may be sent again uses no number up.
  local function sequence_settle(terms, now, letter, at)
    if string.find(letter, '[NCD]') then
      sequence_save(terms, now, 'S', at)
    elseif string.find(letter, '[WV]') then
      sequence_save(terms, now, 'S', zero)
    elseif string.find(letter, '[PTFK]') then
      sequence_save(terms, now, 'R', digits(string.byte(letter)))
    end
  end

  return { terms = sequence_terms, told = sequence_told, save = sequence_save, settle = sequence_settle }
end
