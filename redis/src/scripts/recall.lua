-- KEYS: the operation. Answers nothing, or {fingerprint, 1 within its lease, answer if it has ended}.
local kept = redis.call('HMGET', KEYS[1], 'fingerprint', 'lease', 'answer')
if not kept[1] then
  return false
end
local time = redis.call('TIME')
return {kept[1], time[1] * 1000 + math.floor(time[2] / 1000) < tonumber(kept[2]) and 1 or 0, kept[3]}
