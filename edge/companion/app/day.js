// The live day: what was heard, seen, asked, answered and offered, with what each rests on.
import { clock, date, dayName, element, make, moment, onPress, say } from "./dom.js";

const MOST_ROWS = 600; // older ones are found by "Find"
const WHO = { wearer: "You", other: "Somebody else", companion: "Companion" };
const whose = (who) => WHO[who] || who || "Heard";
const sure = (confidence) => (confidence > 0 && confidence < 100 ? `${confidence} % sure` : "");

// A note's kind and what it is shown as: its class for the filter, and its heading.
const NOTED = {
  said: ["heard", (note) => whose(note.who)],
  seen: ["seen", () => "Seen"],
  asked: ["asked", () => "You asked"],
  told: ["answered", () => "Answered"],
  remembered: ["kept", () => "Remembered"],
  derived: ["kept", () => "Made of notes"],
  errand: ["kept", () => "To do"],
  place: ["kept", () => "You were at"],
};

export function noteRow(note) {
  const [kind, heading] = NOTED[note.kind] || ["kept", () => note.kind];
  const source = note.source && `by ${note.source}`;
  if (note.kind === "seen") {
    const [things, ...lines] = note.text.split("\n");
    return seenRow(note.at_wall_s, things ? things.split(", ") : [], lines, sure(note.confidence), source);
  }
  return row(kind, note.at_wall_s, heading(note), note.text, sure(note.confidence), source);
}

function row(kind, at, heading, text, ...facts) {
  const about = make("p", { className: "about" }, make("b", {}, heading));
  facts.filter(Boolean).forEach((fact) => about.append(make("span", {}, fact)));
  about.append(moment(at));
  return make("li", { className: kind, data: { at } }, about, text && make("p", { className: "text" }, text));
}

function seenRow(at, things, lines, ...facts) {
  const made = row("seen", at, "Seen", "", ...facts);
  if (things.length) made.append(tags("things", things));
  if (lines.length) made.append(tags("lines", lines));
  return made;
}

const tags = (className, words) =>
  make("p", { className }, ...words.map((each) => make("span", {}, each)));

function because(lines) {
  if (!lines.length) return "";
  const list = make("ul", {}, ...lines.map((each) => make("li", {}, each)));
  return make("details", {}, make("summary", {}, "Why"), list);
}

export class Day {
  constructor(line) {
    this.line = line;
    this.scopes = [];
    this.isAway = false;
    this.list = element("day");
    for (const button of element("filter").children) onPress(button, () => this.#only(button));
    onPress(element("newest"), () => this.#toNewest());
    this.list.addEventListener("scroll", () => this.#hideNewest(), { passive: true });
    addEventListener("resize", () => this.sticks && this.#toNewest());
    this.sticks = true;
    element("asking").addEventListener("submit", (event) => this.#ask(event));
    onPress(element("look"), () => this.#look());
    this.shape();
  }

  // The whole day anew; returns which events stand in the notes.
  async begin(isCurrent) {
    let page = { last: 0, more: true, as_of: 0 };
    const rows = [];
    while (page.more) {
      page = await this.line.ask({ type: "day", day: dayName(), after: page.last });
      if (!isCurrent()) return 0;
      if (page.type !== "notes") break;
      rows.push(...page.notes.map(noteRow));
    }
    this.list.replaceChildren();
    rows.slice(-MOST_ROWS).forEach((made) => this.#add(made));
    this.shape();
    return page.as_of || 0;
  }

  drop() {
    this.list.replaceChildren();
    this.shape();
  }

  show({ at_s: at, item }) {
    const made = this[`_${item.type}`]?.(at, item);
    if (made) this.#add(made);
    this.shape();
  }

  _heard(at, { text, who, confidence, goes_on: goesOn }) {
    const made = row("heard", at, whose(who), text, sure(confidence));
    const before = [...this.list.querySelectorAll(":scope > .heard")].at(-1);
    if (!goesOn || !before) return made;
    before.replaceWith(made);
    return null;
  }

  _somebodyspoke(at) {
    const last = this.list.lastElementChild;
    if (!last?.matches(".spoke")) {
      return row("passing spoke", at, "Others", "Somebody spoke; the words stayed inside.");
    }
    const times = Number(last.dataset.times || 1) + 1;
    last.dataset.times = times;
    last.querySelector(".text").textContent = `Somebody spoke, ${times} times; the words stayed inside.`;
    last.querySelector("time").replaceWith(moment(at));
    return null;
  }

  _saw(at, { things, lines }) {
    return seenRow(at, things, lines);
  }

  _asked(at, { text, phone }) {
    return row("asked", at, "Asked", text, `on ${phone}`);
  }

  _answered(at, { text, source, because: lines, latency_ms: ms, lapses_s: lapsesS }) {
    const made = row("answered", at, "Answered", text, `by ${source}`, ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);
    made.append(because(lines));
    if (lapsesS) {
      const leftS = Math.min(lapsesS, Math.max(0, at + lapsesS - Date.now() / 1000));
      setTimeout(() => made.replaceWith(this._lapsed(at)), 1000 * leftS);
    }
    return made;
  }

  _offered(at, { offer, kind, text, because: lines }) {
    const made = row("offered", at, "Offered", text, kind.replaceAll("_", " "));
    made.append(because(lines));
    if (this.scopes.includes("ask")) {
      const judge = (verdict) => this.line.ask({ type: "judge", offer, verdict });
      made.append(choices(judge, [["accept", "Accept", "strong"], ["dismiss", "Dismiss"], ["stop", "No more like this"]]));
    }
    return made;
  }

  _wants(at, { grant, tool, what, why }) {
    const made = row("wants", at, "Asks your leave", what, tool);
    made.append(make("p", { className: "quiet" }, why));
    if (this.scopes.includes("control")) {
      const decide = (answer) => this.line.ask({ type: "grant", grant, answer });
      made.append(choices(decide, [["once", "Once", "strong"], ["always", "Always"], ["never", "Never"]]));
    }
    return made;
  }

  _noticed(at, { text }) {
    return row("noticed", at, "Offrecord", text);
  }

  _lapsed(at) {
    return row("passing", at, "Others", "This is kept by nobody any more.");
  }

  #add(made) {
    const day = date(Number(made.dataset.at));
    const dividers = this.list.querySelectorAll(":scope > .date");
    if (dividers[dividers.length - 1]?.textContent !== day) {
      this.list.append(make("li", { className: "date" }, make("span", {}, day)));
    }
    this.list.append(made);
    while (this.list.childElementCount > MOST_ROWS) this.list.firstElementChild.remove();
  }

  shape() {
    const only = this.list.dataset.only;
    const rows = [...this.list.children];
    const isShown = (each) => !each.classList.contains("date") && (!only || each.matches(MATCHES[only]));
    const isEmpty = !rows.some(isShown);
    element("day-empty").hidden = !isEmpty;
    element("day-empty").textContent = EMPTY[this.isAway ? "away" : only || "all"];
    this.list.classList.toggle("empty-list", isEmpty);
    if (this.sticks) this.#toNewest();
    else element("newest").hidden = false;
  }

  #only(pressed) {
    this.list.dataset.only = pressed.dataset.only;
    for (const each of element("filter").children) each.setAttribute("aria-pressed", each === pressed);
    this.sticks = true;
    this.shape();
  }

  #toNewest() {
    this.sticks = true;
    this.list.scrollTop = this.list.scrollHeight;
    element("newest").hidden = true;
  }

  shown() {
    if (this.sticks) this.#toNewest();
  }

  #hideNewest() {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    if (!clientHeight) return; // another page is shown
    this.sticks = scrollHeight - scrollTop - clientHeight < 80;
    if (this.sticks) element("newest").hidden = true;
  }

  async #ask(event) {
    event.preventDefault();
    const field = element("question");
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    this.#toNewest();
    const answer = await this.line.ask({ type: "ask", text });
    if (answer.type !== "refused") return;
    say(`Not asked: ${answer.why}`);
    field.value ||= text;
  }

  async #look() {
    const answer = await this.line.ask({ type: "look" });
    say(answer.type === "refused" ? `It does not look: ${answer.why}` : "It takes a fresh look.");
  }
}

const MATCHES = {
  heard: ".heard, .passing",
  seen: ".seen",
  answered: ".asked, .answered",
  offered: ".offered, .wants",
};
const EMPTY = {
  away: "The day is on the device, and not stored here. It appears when the device is in reach.",
  all: "Nothing yet today. What your companion hears and sees appears here as it happens.",
  heard: "Nothing was heard yet today.",
  seen: "Nothing was seen yet today.",
  answered: "Nothing was asked yet today.",
  offered: "Nothing was offered since you connected.",
};

function choices(decide, offered) {
  const made = make("div", { className: "choices" });
  for (const [value, words, className = ""] of offered) {
    const button = make("button", { className }, words);
    onPress(button, async () => {
      const answer = await decide(value);
      if (answer.type === "refused") say(answer.why);
      else made.replaceWith(make("p", { className: "quiet" }, `${words} · ${clock(Date.now() / 1000)}`));
    });
    made.append(button);
  }
  return made;
}
