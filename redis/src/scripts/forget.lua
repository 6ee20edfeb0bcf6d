-- Before `put` and `facts`. KEYS: head (a hash: history, position), log (facts by position), values (a hash), ends (facts by the time at which they end).
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
repeat
  local over = redis.call('ZRANGE', KEYS[4], '-inf', string.format('%.0f', now), 'BYSCORE', 'LIMIT', 0, 500)
  if #over > 0 then
    redis.call('ZREM', KEYS[2], unpack(over))
    redis.call('HDEL', KEYS[3], unpack(over))
    redis.call('ZREM', KEYS[4], unpack(over))
  end
until #over < 500
