-- Replays prepared requests in turn and prints one line of JSON at the end.
-- wrk ... -s replay.lua URL -- REQUESTS: the file holds complete HTTP/1.1 requests, each after its length in digits and
-- a line feed. Nothing is formatted while the load runs.

local prepared = {}
local last = 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  while true do
    local length = file:read("*n")
    if not length then break end
    file:read(1)
    table.insert(prepared, file:read(length))
  end
  file:close()
  assert(#prepared > 0, "no requests in " .. arguments[1])
end

function request()
  last = last % #prepared + 1
  return prepared[last]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"connect_errors":%d,"read_errors":%d,"write_errors":%d,"timeouts":%d,'
      .. '"refused":%d,"p50_us":%.1f,"p99_us":%.1f,"max_us":%.1f}\n',
    summary.requests, summary.duration / 1e6, errors.connect, errors.read, errors.write, errors.timeout, errors.status,
    latency:percentile(50), latency:percentile(99), latency.max
  ))
end
