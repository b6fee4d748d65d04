// What the page shows, and what it does with the camera and the microphone. Nothing is kept.
import { Wearable } from "./wearable.js";

const GAZE_MS = 250, AGAIN_MS = 1000;
const MOST_HEARD = 50;
const at = (id) => document.getElementById(id);
const video = at("picture");
let shown, welcome, stages = {}, seals = {}, isMuted = false, isSensing = false, looked = 0;

// --- what the run tells --------------------------------------------------------------------------

let token = location.hash.slice(1) || sessionStorage.getItem("token") || "";
history.replaceState(null, "", location.pathname);

function meet() {
  shown = new WebSocket(`ws://${location.host}/shown`);
  shown.onopen = () => shown.send(token);
  shown.onmessage = (event) => take(JSON.parse(event.data));
  shown.onclose = (event) => {
    at("mute").disabled = true;
    if (event.code === 4003) return say("This address was used. Open the one that the command prints.", true);
    say("Offrecord does not run any more, or has not begun.", true);
    setTimeout(meet, AGAIN_MS);
  };
}

const SHOW = {
  Welcome(m) {
    token = m.next;
    sessionStorage.setItem("token", token);
    welcome = m;
    at("mute").disabled = false;
    say(isSensing ? "Hearing and seeing" : "Ready");
  },
  SpeechStarted() { speech("Speaking", true); },
  Saying(m) { at("saying").textContent = m.text; },
  Level(m) { at("level").value = m.dbfs; },
  Unclear() { speech("Unclear", false); },
  Overheard() { speech("Somebody else", false); },
  Transcript(m) {
    speech("Quiet", false);
    at("saying").textContent = "";
    time(m.stages_ms);
    if (m.goes_on && at("heard").firstChild) at("heard").firstChild.remove();
    at("heard").prepend(line("li", m.text, `${Math.round(m.confidence * 100)} %`));
    if (at("heard").children.length > MOST_HEARD) at("heard").lastChild.remove();
  },
  Seen(m) {
    time(m.stages_ms);
    const things = m.objects.map((each) => box(each.box, each.label, ""));
    const words = m.lines.map((each) => box(each.box, each.text, "words"));
    at("boxes").replaceChildren(...things, ...words);
    const names = [...m.objects.map((o) => o.label), ...m.lines.map((l) => `“${l.text}”`)];
    at("seen").textContent = names.join(", ") || (m.light === "clear" ? "Nothing it knows" : `Too ${m.light}`);
  },
  Context(m) {
    at("context").textContent = m.text;
    at("tokens").textContent = `${m.tokens} tokens`;
  },
  Reply(m) {
    at("reply").textContent = m.text;
    at("because").textContent = m.because.join(" · ");
    if (!m.partial && m.latency_ms >= 0) time({ "end of the question to the answer": m.latency_ms });
  },
  Airlocked(m) {
    at("raw").textContent = size(m.raw_bytes);
    at("out").textContent = size(m.airlock_bytes);
  },
  SealState(m) {
    seals[m.process] = m.level;
    at("seals").textContent = Object.entries(seals).map(([name, level]) => `${name} ${level}`).join(", ");
  },
  MuteState(m) {
    isMuted = m.muted;
    at("mute").setAttribute("aria-pressed", isMuted);
    at("mute").textContent = isMuted ? "Unmute" : "Mute";
    if (isMuted) at("boxes").replaceChildren();
    say(isMuted ? "Muted: the link is closed" : isSensing ? "Hearing and seeing" : "Ready");
  },
  WearableState(m) {
    at("link").textContent = `${m.lost} lost, ${m.late} late, ${m.twice} twice`;
  },
  Notice(m) { say(m.text); },
};

function take(message) {
  SHOW[message.type]?.(message);
}

function say(words, isAlarm = false) {
  at("state").textContent = words;
  at("state").classList.toggle("alarm", isAlarm);
}

function speech(words, isOn) {
  at("speech").textContent = words;
  at("speech").classList.toggle("on", isOn);
}

function line(tag, words, small) {
  const made = document.createElement(tag), note = document.createElement("small");
  made.append(words, note);
  note.textContent = small;
  return made;
}

function box([left, top, right, bottom], words, kind) {
  const made = document.createElement("div"), name = document.createElement("b");
  made.className = `box ${kind}`;
  name.textContent = words;
  made.append(name);
  const percent = (share) => `${share * 100}%`;
  Object.assign(made.style, {
    left: percent(left), top: percent(top), width: percent(right - left), height: percent(bottom - top),
  });
  return made;
}

function time(steps) {
  Object.assign(stages, steps);
  at("stages").replaceChildren(...Object.entries(stages).map(([name, ms]) => {
    const row = document.createElement("tr"), one = row.insertCell(), two = row.insertCell();
    one.textContent = name;
    two.textContent = ms.toFixed(ms < 10 ? 1 : 0);
    return row;
  }));
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

// --- what the wearable does ----------------------------------------------------------------------

const wearable = new Wearable(video, {
  connected: () => say("Hearing and seeing"),
  refused: (why) => say(`The bridge refused: ${why}`, true),
  away() {
    if (!isMuted && !wearable.link?.closed) say("The link is away; it comes again by itself", true);
  },
  ended: (what) => say(`The ${what} has ended.`, true),
  sound(samples) {
    if (at("noisy").checked) addNoise(samples);
  },
});

async function sense() {
  if (!navigator.mediaDevices) return say("This browser gives no microphone here.", true);
  at("begin").disabled = true;
  try {
    await wearable.begin(welcome.link, welcome.token, "this browser");
  } catch (refusal) {
    at("begin").disabled = false;
    return say(`The browser gave no camera or microphone: ${refusal.message}`, true);
  }
  at("view").style.aspectRatio = `${video.videoWidth} / ${video.videoHeight}`;
  isSensing = true;
  at("begin").hidden = at("hint").hidden = true;
  at("look").hidden = false;
}

function addNoise(samples) {
  for (let i = 0; i < samples.length; i++) {
    samples[i] = Math.max(-32768, Math.min(32767, samples[i] + (Math.random() - 0.5) * 2000));
  }
}

at("begin").onclick = sense;
at("look").onclick = () => shown.send("look");
at("mute").onclick = () => shown.send(isMuted ? "unmute" : "mute");
at("lossy").onchange = () => { if (wearable.link) wearable.link.lossy = at("lossy").checked; };
at("unplugged").onchange = () => {
  if (!wearable.link) return;
  if (at("unplugged").checked) { wearable.link.close(); say("Unplugged", true); } else wearable.link.open();
};
at("view").onpointermove = (event) => {
  if (performance.now() - looked < GAZE_MS) return;
  looked = performance.now();
  wearable.look(event);
};
meet();
