-- KEYS: the count of each charge. ARGV: three of each: 'rate', interval, tolerance (microseconds); or 'daily', cost, most.
-- Answers {0, 0}, or {the index of the charge that makes the call wait longest, microseconds to wait}.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local day = 86400000000
local midnight = (math.floor(now / day) + 1) * day

local counts, refused, longest = {}, 0, -1
for i, key in ipairs(KEYS) do
  local kind, more, most = ARGV[3 * i - 2], tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local count = counts[key] or tonumber(redis.call('GET', key) or 0)
  local wait
  if kind == 'rate' then
    -- No further ahead than this limit allows, which it is only if the clock went back or the limit was wider.
    count = math.min(math.max(count, now), now + most) + more
    wait = count - now - most
  else
    count = count + more
    wait = count > most and midnight - now or 0
  end
  if wait > 0 and wait > longest then
    refused, longest = i, wait
  end
  counts[key] = count
end
if refused > 0 then
  return {refused, longest}
end
for i, key in ipairs(KEYS) do
  local ends = ARGV[3 * i - 2] == 'rate' and counts[key] or midnight
  redis.call('SET', key, string.format('%.0f', counts[key]), 'PXAT', string.format('%.0f', math.ceil(ends / 1000)))
end
return {0, 0}
