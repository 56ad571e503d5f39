-- As replay.lua, and counts the answers of each slot; reading every answer's header costs the client some speed.

local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
dofile(folder .. "replay.lua")

local replay_done = done
local threads = {}
blue, green, unnamed = 0, 0, 0

function setup(thread)
  table.insert(threads, thread)
end

function response(status, headers)
  local slot = headers["teal-slot"]
  if slot == "blue" then
    blue = blue + 1
  elseif slot == "green" then
    green = green + 1
  else
    unnamed = unnamed + 1
  end
end

function done(summary, latency, requests)
  local counts = { blue = 0, green = 0, unnamed = 0 }
  for _, thread in ipairs(threads) do
    for slot in pairs(counts) do
      counts[slot] = counts[slot] + thread:get(slot)
    end
  end
  io.write(string.format('{"blue":%d,"green":%d,"unnamed":%d}\n', counts.blue, counts.green, counts.unnamed))
  replay_done(summary, latency, requests)
end
