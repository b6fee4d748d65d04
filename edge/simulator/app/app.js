// What the page shows, and what it does with the camera and the microphone. Nothing is kept.
import { Noise } from "./noise.js";
import { loaded } from "./scene.js";
import { Wearable } from "./wearable.js";

const GAZE_MS = 250, AGAIN_MS = 1000;
const MOST_HEARD = 50, FILES = "files", PICTURE_S = 5;
const at = (id) => document.getElementById(id);
const video = at("picture");
let shown, welcome, stages = {}, seals = {}, isMuted = false, looked = 0;
let senses = "", scene = null; // what goes to the bridge, in words; the scene that is played

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
    at("mute").disabled = at("play").disabled = false;
    offer(m.scenes);
    sayHow();
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
    veil();
    sayHow();
  },
  WearableState(m) {
    const counted = `${m.lost} lost, ${m.late} late, ${m.twice} twice`;
    at("link").textContent = m.connected ? counted : "not connected";
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

function sayHow() {
  if (isMuted) return say("Muted: the link is closed");
  if (isUnplugged()) return say("Unplugged: nothing is heard or seen", true);
  say(senses || "Ready");
}

// What was in view is shown while something is; of a still picture nothing new is told.
function veil() {
  at("boxes").hidden = isMuted || !senses;
  at("hint").hidden = Boolean(senses);
  at("look").hidden = !senses;
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

const noise = new Noise();
const isUnplugged = () => at("plug").getAttribute("aria-pressed") === "true";
const wearable = new Wearable(video, {
  connected: sayHow,
  refused: (why) => say(`The bridge refused: ${why}`, true),
  away() {
    if (!isMuted && wearable.link && !wearable.link.closed) say("The link is away; it comes again by itself", true);
  },
  ended: (what) => say(`The ${what} has ended.`, true),
  sound: (samples) => noise.add(samples),
});

// Send what the devices bring, or what a stream does that is given in their place.
async function send(words, stream = null) {
  await wearable.begin(welcome.link, welcome.token, "this browser", stream);
  senses = words;
  veil();
  disturb();
  shown.send("look"); // what was in view was another picture
}

// Send nothing any more.
function rest() {
  wearable.end();
  scene?.end();
  scene = null;
  senses = "";
  at("begin").hidden = false;
  at("play").textContent = "Play";
  veil();
}

async function useDevices() {
  if (!navigator.mediaDevices) return say("This browser gives no microphone here.", true);
  rest();
  at("begin").disabled = at("play").disabled = true;
  try {
    await send("Hearing and seeing");
    at("begin").hidden = true;
  } catch (refusal) {
    rest();
    say(`The browser gave no camera or microphone: ${refusal.message}`, true);
  }
  at("begin").disabled = at("play").disabled = false;
}

// --- what the drawer has -------------------------------------------------------------------------

function offer(scenes) {
  if (at("scene").length) return;
  const option = (name, title) => Object.assign(document.createElement("option"), { value: name, textContent: title });
  at("scene").append(...scenes.map((each) => option(each.name, each.title)), option(FILES, "Files of this computer"));
}

async function play() {
  const wasPlayed = scene;
  rest();
  if (wasPlayed) return sayHow();
  at("begin").disabled = at("play").disabled = true;
  try {
    scene = await chosen();
    await send("Playing", await scene.begin(over));
    at("play").textContent = "Stop";
  } catch (problem) {
    rest();
    say(`It is not played: ${problem.message}`, true);
  }
  at("begin").disabled = at("play").disabled = false;
}

function over() {
  rest();
  say("It is over. Play it again, or use the camera.");
}

async function chosen() {
  const { value } = at("scene");
  if (value === FILES) return loaded(at("sound-file").files[0], [...at("picture-files").files], PICTURE_S);
  const { sound, pictures, picture_s: pictureS } = welcome.scenes.find((each) => each.name === value);
  const [heard, ...seen] = await Promise.all([sound, ...pictures].map(async (file) => (await fetch(file)).blob()));
  return loaded(heard, seen, pictureS);
}

function disturb() {
  at("lost").textContent = `${at("loss").value} %`;
  noise.snrDb = at("noise").value === "" ? Infinity : Number(at("noise").value);
  if (!wearable.link) return;
  wearable.link.loss = at("loss").value / 100;
  if (isUnplugged() !== Boolean(wearable.link.closed)) {
    if (isUnplugged()) wearable.link.close();
    else wearable.link.open();
  }
}

at("begin").onclick = useDevices;
at("play").onclick = play;
at("scene").onchange = () => { at("files").hidden = at("scene").value !== FILES; };
at("loss").oninput = at("noise").onchange = disturb;
at("plug").onclick = () => {
  at("plug").setAttribute("aria-pressed", !isUnplugged());
  at("plug").textContent = isUnplugged() ? "Plug in again" : "Unplug";
  disturb();
  sayHow();
};
at("look").onclick = () => shown.send("look");
at("mute").onclick = () => shown.send(isMuted ? "unmute" : "mute");
video.onresize = () => {
  if (video.videoWidth) at("view").style.aspectRatio = `${video.videoWidth} / ${video.videoHeight}`;
};
at("view").onpointermove = (event) => {
  if (performance.now() - looked < GAZE_MS) return;
  looked = performance.now();
  wearable.look(event);
};
meet();
