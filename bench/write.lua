-- wrk: comments by many people under many articles, each with words of its own. Environment: SESSIONS (a Cookie value a
-- line; may be missing), PATH_T and BODY_T with %TOPIC% and %TEXT%, HDR_T ("name: value"), TOPICS, OK (the status of a stored one).
local sessions = {}
local file = os.getenv("SESSIONS") and io.open(os.getenv("SESSIONS"))
if file then for line in file:lines() do sessions[#sessions + 1] = line end end
local path, body, topics = os.getenv("PATH_T"), os.getenv("BODY_T"), tonumber(os.getenv("TOPICS") or "1000")
local name, value = (os.getenv("HDR_T") or ""):match("^([^:]+): *(.*)$")
local words = {}
for word in ("dolor sum amet lorip guvice nipo ruta vezo folor ipdol lagu ceme saba tevi zoru dipo mela ninu pofo gusa"):gmatch("%S+") do words[#words + 1] = word end
math.randomseed(os.time())
local n, ok = 0, tonumber(os.getenv("OK") or "303")

function request()
  n = n + 1
  local text = {}
  for i = 1, 52 do text[i] = words[math.random(#words)] end
  text[53] = os.time() .. "n" .. n
  local fill = { TOPIC = tostring(math.random(topics)), TEXT = table.concat(text, "+") }
  local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
  if #sessions > 0 then headers["Cookie"] = sessions[math.random(#sessions)] end
  if name then headers[name] = value end
  return wrk.format("POST", (path:gsub("%%(%u+)%%", fill)), headers, (body:gsub("%%(%u+)%%", fill)))
end

stored, refused = 0, 0
function response(status) if status == ok then stored = stored + 1 else refused = refused + 1 end end
local threads = {}
function setup(thread) threads[#threads + 1] = thread end
function done()
  local s, r = 0, 0
  for _, thread in ipairs(threads) do s, r = s + thread:get("stored"), r + thread:get("refused") end
  print("STORED " .. s .. " REFUSED " .. r)
end
