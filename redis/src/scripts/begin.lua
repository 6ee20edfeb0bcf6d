-- KEYS: the operation. ARGV: fingerprint, lease and keep (milliseconds), fence.
-- Answers nothing if it begins now, else what `recall` answers.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('HMGET', KEYS[1], 'fingerprint', 'lease', 'answer', 'fence')
if kept[1] then
  -- The same fence: this is the same beginning, sent again after its answer was lost.
  if kept[4] == ARGV[4] then
    return false
  end
  return {kept[1], now < tonumber(kept[2]) and 1 or 0, kept[3]}
end
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'lease', string.format('%.0f', now + ARGV[2]), 'fence', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return false
