// What the page shows, and what it does with the camera and the microphone. Nothing is kept.
import { Link } from "./link.js";

const SOUND_HZ = 16000, JPEG_QUALITY = 0.8, WIDTH = 640, GAZE_MS = 250, AGAIN_MS = 1000;
const MOST_HEARD = 50;
const at = (id) => document.getElementById(id);
const video = at("picture"), canvas = document.createElement("canvas");
let shown, link, welcome, stages = {}, seals = {}, isMuted = false, isSensing = false, counted = 0;
let countedAt = 0, looked = 0;

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

async function sense() {
  if (!navigator.mediaDevices) return say("This browser gives no microphone here.", true);
  at("begin").disabled = true;
  try {
    const media = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      video: { width: { ideal: WIDTH } },
    });
    video.srcObject = media;
    await video.play();
    at("view").style.aspectRatio = `${video.videoWidth} / ${video.videoHeight}`;
    link = new Link(welcome.link, welcome.token, heardOfLink);
    link.clock = clock;
    await listen(media);
    media.getTracks().forEach((track) => { track.onended = () => say(`The ${track.kind} has ended.`, true); });
  } catch (refusal) {
    at("begin").disabled = false;
    return say(`The browser gave no camera or microphone: ${refusal.message}`, true);
  }
  isSensing = true;
  at("begin").hidden = at("hint").hidden = true;
  at("look").hidden = false;
}

async function listen(media) {
  const [context, source] = opened(media);
  await context.audioWorklet.addModule("sound.js");
  const sound = new AudioWorkletNode(context, "sound", { numberOfOutputs: 0 });
  sound.port.onmessage = ({ data }) => {
    if (at("noisy").checked) addNoise(new Int16Array(data));
    link.sound(data, counted);
    counted += data.byteLength / 2;
    countedAt = performance.now();
  };
  source.connect(sound);
  await context.resume();
}

// At 16 kHz where the browser can; else at its own rate, and the worklet changes it.
function opened(media) {
  try {
    const context = new AudioContext({ sampleRate: SOUND_HZ });
    return [context, context.createMediaStreamSource(media)];
  } catch {
    const context = new AudioContext();
    return [context, context.createMediaStreamSource(media)];
  }
}

function addNoise(samples) {
  for (let i = 0; i < samples.length; i++) {
    samples[i] = Math.max(-32768, Math.min(32767, samples[i] + (Math.random() - 0.5) * 2000));
  }
}

// The one clock of sound and photos: samples that have come, and the time since.
function clock() {
  const since = countedAt ? Math.min(320, (performance.now() - countedAt) * 16) : 0;
  return Math.round(counted + since);
}

function heardOfLink(what, words) {
  if (what === "photo") photograph();
  else if (what === "connected") say("Hearing and seeing");
  else if (what === "refused") say(`The bridge refused: ${words}`, true);
  else if (!isMuted && !link.closed) say("The link is away; it comes again by itself", true);
}

function photograph() {
  const { videoWidth, videoHeight } = video, taken = clock();
  if (!videoWidth) return;
  canvas.width = Math.min(WIDTH, videoWidth);
  canvas.height = Math.round(canvas.width * videoHeight / videoWidth);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  canvas.toBlob(async (jpeg) => {
    if (jpeg) link.photo(new Uint8Array(await jpeg.arrayBuffer()), taken);
  }, "image/jpeg", JPEG_QUALITY);
}

at("begin").onclick = sense;
at("look").onclick = () => shown.send("look");
at("mute").onclick = () => shown.send(isMuted ? "unmute" : "mute");
at("lossy").onchange = () => { if (link) link.lossy = at("lossy").checked; };
at("unplugged").onchange = () => {
  if (!link) return;
  if (at("unplugged").checked) { link.close(); say("Unplugged", true); } else link.open();
};
at("view").onpointermove = (event) => {
  if (!link || performance.now() - looked < GAZE_MS) return;
  looked = performance.now();
  const place = at("view").getBoundingClientRect();
  const share = (value) => Math.max(0, Math.min(1, value));
  link.gaze(share((event.clientX - place.left) / place.width), share((event.clientY - place.top) / place.height));
};
meet();
