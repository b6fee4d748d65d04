// What is shown of the whole: pairing, the four pages, and how it is with hearing and seeing.
import { Day } from "./day.js";
import { Device } from "./device.js";
import { clock, element, onPress, say } from "./dom.js";
import { Ears } from "./ears.js";
import { Find } from "./find.js";
import { Left } from "./left.js";
import { kept, Line } from "./line.js";
import { readLink } from "./link.js";
import { keepApp } from "./offline.js";
import { Where } from "./where.js";

const NEEDS = { find: "see", left: "see" };
let scopes = null;
let senses = {};

const line = new Line({
  welcome(said) {
    ({ scopes } = said);
    day.scopes = scopes;
    day.isAway = false;
    find.allow(scopes);
    device.allow(said);
    ears.allow(said);
    where.allow(said);
    element("asking").hidden = !scopes.includes("ask");
    for (const link of document.querySelectorAll("nav a")) {
      const needs = NEEDS[link.hash.slice(1)];
      link.hidden = Boolean(needs) && !scopes.includes(needs);
    }
    showSenses(said.state);
    if (document.body.dataset.view === "pairing") location.hash = "#day";
    showPage();
    keepApp();
  },
  event(event) {
    if (event.item.type === "state") showSenses(event.item);
    else day.show(event);
  },
  begin(isCurrent) {
    find.clear();
    left.clear();
    if (page() === "left") left.shown();
    return day.begin(isCurrent);
  },
  closed() {
    showState("away", "Not connected; trying again");
    day.isAway = true;
    day.shape();
    element("mute").hidden = true;
    element("muted-for").hidden = true;
  },
  refused(why) {
    showPairing(why);
  },
});
const day = new Day(line), find = new Find(line), left = new Left(line);
const device = new Device(line, (words) => {
  line.unpaired();
  line.socket.close();
  showPairing(words);
});
const ears = new Ears(line), where = new Where(line);
const PAGES = { day, find, left, device };

// --- how it is with hearing and seeing ---------------------------------------------------------

function showState(kind, words, sealed = "") {
  element("orb").className = kind;
  element("state").textContent = words;
  element("sealed").textContent = sealed && ` · ${sealed}`;
}

function showSenses(state) {
  senses = state;
  ears.muted(state.muted);
  where.muted(state.muted);
  const words = [state.hears && "hearing", state.sees && "seeing"].filter(Boolean).join(" and ");
  const until = state.muted_until_s ? ` until ${clock(state.muted_until_s)}` : "";
  const what = state.muted ? `Muted${until}` : words.replace(/^./, (each) => each.toUpperCase()) || "Neither hearing nor seeing";
  const sealed = state.level ? `sealed at level ${state.level}` : "seal not looked at yet";
  showState(state.muted ? "muted" : words ? "on" : "off", what, sealed);
  const mayControl = scopes.includes("control");
  const mute = element("mute");
  mute.hidden = !mayControl;
  mute.textContent = state.muted ? "Unmute" : "Mute";
  element("muted-for").hidden = !mayControl || !state.muted || Boolean(state.muted_until_s);
  element("look").hidden = !state.sees;
}

async function toggle(minutes) {
  const answer = await line.ask(minutes ? { type: "mute", minutes } : { type: senses.muted ? "unmute" : "mute" });
  if (answer.type === "refused") say(`Nothing changed: ${answer.why}`);
}

onPress(element("mute"), () => toggle(0));
for (const button of element("muted-for").querySelectorAll("button")) {
  onPress(button, () => toggle(Number(button.dataset.minutes)));
}

// --- pages ---------------------------------------------------------------------------------------

const page = () => document.body.dataset.view;

function show(view) {
  document.body.dataset.view = view;
  for (const section of document.querySelectorAll("main > section")) {
    section.hidden = section.id !== `view-${view}`;
  }
  document.querySelector("nav").hidden = view === "pairing";
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function showPage() {
  const wanted = location.hash.slice(1);
  if (wanted.includes("pair=") || !kept()) return showPairing();
  const view = wanted in PAGES && (!NEEDS[wanted] || scopes?.includes(NEEDS[wanted])) ? wanted : "day";
  show(view);
  if (scopes || view === "device") PAGES[view].shown?.();
}

function showPairing(why = "") {
  scopes = null;
  day.drop();
  find.clear();
  left.clear();
  ears.drop();
  where.drop(Boolean(kept()));
  show("pairing");
  showState("off", "Not paired");
  element("mute").hidden = true;
  element("muted-for").hidden = true;
  element("pairing-why").textContent = why && why.replace(/^./, (each) => each.toUpperCase());
  if (location.hash.includes("pair=")) element("line").value = location.href;
  element("name").value ||= navigator.userAgent.match(/iPhone|iPad|Android/)?.[0] || "Browser";
  history.replaceState(null, "", "/"); // the secret stays in no history
}

element("pairing").addEventListener("submit", (event) => {
  event.preventDefault();
  const link = readLink(element("line").value);
  element("pairing-why").textContent = link ? "" : "That is no line of offrecord pair; paste the whole line.";
  element("line").value = "";
  if (!link) return;
  showState("off", "Pairing…");
  line.pair(link, element("name").value.trim() || "Phone");
});
addEventListener("hashchange", showPage);

if (kept() && !location.hash.includes("pair=")) {
  showPage();
  line.open();
} else {
  showPairing();
}
