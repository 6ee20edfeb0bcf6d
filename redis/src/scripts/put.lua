-- ARGV: fact, value, milliseconds to keep it or '', a random number, how many facts there may be, the channel of the bell.
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[5]) and not redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  return redis.error_reply('FULL there is no room for another fact')
end
redis.call('HSETNX', KEYS[1], 'history', ARGV[4])
local position = redis.call('HINCRBY', KEYS[1], 'position', 1)
redis.call('ZADD', KEYS[2], position, ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[4], ARGV[1])
else
  redis.call('ZADD', KEYS[4], string.format('%.0f', now + ARGV[3]), ARGV[1])
end
redis.call('PUBLISH', ARGV[6], '')
return position
