-- ARGV: history and position of the reader or '', how many facts at once, a random number.
-- Answers {history, now, {fact, position, value, when it ends, …}}.
local head = redis.call('HMGET', KEYS[1], 'history', 'position')
local random, last = head[1], tonumber(head[2] or 0)
-- A server that was restarted has a new `run_id`, one that took over from another a new `master_replid`; either may have lost facts.
local info = redis.call('INFO', 'server') .. redis.call('INFO', 'replication')
local server = string.match(info, 'run_id:(%x+)') .. string.match(info, 'master_replid:(%x+)')
local function history()
  return string.sub(redis.sha1hex(random .. server), 1, 16)
end
local after = tonumber(ARGV[2]) or 0
if not random or (ARGV[1] == history() and after > last) then
  -- There never were facts, or those that a reader knows are gone.
  random = ARGV[4]
  redis.call('HSET', KEYS[1], 'history', random)
end
if ARGV[1] ~= history() then
  after = 0
end
local log = redis.call('ZRANGE', KEYS[2], '(' .. string.format('%.0f', after), '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[3], 'WITHSCORES')
local facts = {}
for i = 1, #log, 2 do
  local fact = log[i]
  local ends = redis.call('ZSCORE', KEYS[4], fact)
  for _, part in ipairs({fact, log[i + 1], redis.call('HGET', KEYS[3], fact) or '', ends or ''}) do
    facts[#facts + 1] = part
  end
end
return {history(), now, facts}
