// Pairs this phone and shows what happens, live; edge/companion/wire.py names every frame.
const element = (id) => document.getElementById(id);
const random = (bytes) => hex(crypto.getRandomValues(new Uint8Array(bytes)));
const hex = (bytes) => [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
const KEPT = "offrecord.phone";

let socket, link, telling = "", last = 0, wait = 500, early = [];
const waiting = new Map();

function kept() {
  return JSON.parse(localStorage.getItem(KEPT) || "null");
}

function readLink(line) {
  const fields = new URLSearchParams(line.slice(line.indexOf("#") + 1));
  const code = (fields.get("pair") || "").replaceAll("-", "+").replaceAll("_", "/");
  return code ? { secret: Uint8Array.from(atob(code), (each) => each.charCodeAt(0)), key: fields.get("key") } : null;
}

async function proof(meeting, ...words) {
  const said = ["offrecord 1", ...words, link.key, meeting.device, meeting.phone, meeting.name].join("\n");
  const key = await crypto.subtle.importKey("raw", link.secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(said))));
}

function connect() {
  let meeting;
  const mine = new WebSocket(`wss://${location.host}/live`);
  socket = mine;
  mine.onmessage = async ({ data }) => {
    const said = JSON.parse(data);
    if (said.type === "challenge" && link) {
      meeting = { device: said.nonce, phone: random(16), name: element("name").value };
      send({ type: "pair", name: meeting.name, nonce: meeting.phone, proof: await proof(meeting, "phone") });
    } else if (said.type === "challenge") {
      send({ type: "hello", token: kept().token, telling, last });
    } else if (said.type === "paired") {
      if (said.proof !== await proof(meeting, "device", said.token)) return mine.close();
      localStorage.setItem(KEPT, JSON.stringify({ token: said.token, name: meeting.name }));
      link = null;
    } else {
      take(said);
    }
  };
  mine.onclose = () => {
    if (socket !== mine) return;
    if (!kept()) return showPairing();
    if (early) telling = ""; // it was just beginning anew
    element("state").textContent = "Not connected; trying again";
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 15000);
  };
}

const send = (said) => socket.send(JSON.stringify(said));

function request(said) {
  const id = random(8);
  send({ ...said, id });
  return new Promise((resolve) => waiting.set(id, resolve));
}

async function take(said) {
  switch (said.type) {
    case "welcome":
      wait = 500;
      element("pairing").hidden = true;
      element("asking").hidden = !said.scopes.includes("ask");
      showState(said.state);
      if (said.reload) await begin(said);
      else { telling = said.telling; waiting.clear(); }
      break;
    case "reload":
      await begin(said);
      break;
    case "event":
      if (early) early.push(said);
      else show(said);
      break;
    case "closing":
      element("state").textContent = said.why;
      link = null;
      localStorage.removeItem(KEPT);
      break;
    default:
      waiting.get(said.id)?.(said);
      waiting.delete(said.id);
  }
}

// Everything anew: the day's notes, then the events that came in the meantime and are not in them.
async function begin({ telling: name, next }) {
  telling = name;
  last = next - 1;
  early = [];
  waiting.clear();
  element("day").replaceChildren();
  let page = { last: 0, more: true };
  while (page.more) {
    page = await request({ type: "day", after: page.last });
    if (page.type !== "notes" || telling !== name) break;
    page.notes.forEach((note) => row(note.at_wall_s, note.kind, note.text));
  }
  if (telling !== name) return;
  const events = early;
  early = null;
  events.forEach((event) => (event.number < page.as_of ? (last = event.number) : show(event)));
}

const SHOWN = {
  heard: (item) => [item.who || "heard", item.text],
  somebodyspoke: () => ["others", "Somebody spoke; the words stayed inside."],
  saw: (item) => ["seen", [...item.things, ...item.lines].join(", ")],
  asked: (item) => [item.phone, item.text],
  answered: (item) => ["answer", item.text, item.because.join(" · ")],
  offered: (item) => ["offer", item.text, item.because.join(" · ")],
  wants: (item) => ["asks leave", `${item.tool}: ${item.what}`, item.why],
  noticed: (item) => ["Offrecord", item.text],
  lapsed: () => ["others", "This is kept by nobody any more."],
};

function show({ number, at_s: at, item }) {
  last = number;
  if (item.type === "state") return showState(item);
  row(at, ...SHOWN[item.type](item));
}

function row(at, kind, text, because = "") {
  const line = document.createElement("li");
  const small = document.createElement("small");
  small.textContent = [new Date(at * 1000).toLocaleTimeString(), kind, because].filter(Boolean).join(" · ");
  line.append(text, small);
  element("day").append(line);
}

function showState(state) {
  const senses = [state.hears && "hearing", state.sees && "seeing"].filter(Boolean).join(" and ");
  element("state").textContent = state.muted ? "Muted" : senses || "Neither hearing nor seeing";
}

function showPairing() {
  element("pairing").hidden = false;
  element("line").value = location.hash.includes("pair=") ? location.href : "";
  element("name").value ||= navigator.userAgent.match(/iPhone|iPad|Android/)?.[0] || "Browser";
  history.replaceState(null, "", "/");
}

element("pairing").onsubmit = (event) => {
  event.preventDefault();
  link = readLink(element("line").value);
  if (link) connect();
  else element("state").textContent = "That is no line of offrecord pair.";
};
element("asking").onsubmit = (event) => {
  event.preventDefault();
  request({ type: "ask", text: element("question").value });
  element("question").value = "";
};

if (kept()) connect();
else {
  element("state").textContent = "Not paired";
  showPairing();
}
