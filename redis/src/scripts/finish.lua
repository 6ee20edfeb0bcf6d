-- KEYS: the operation. ARGV: fence, and its answer unless nothing happened. Answers whether it was this one's to finish.
local kept = redis.call('HMGET', KEYS[1], 'fence', 'answer')
if kept[1] ~= ARGV[1] or kept[2] then
  return 0
end
if ARGV[2] then
  redis.call('HSET', KEYS[1], 'answer', ARGV[2])
else
  redis.call('DEL', KEYS[1])
end
return 1
