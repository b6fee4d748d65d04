// What was kept, what of it is to be forgotten, and all of it as a file.
import { noteRow } from "./day.js";
import { date, dayName, element, make, onPress, say, sure } from "./dom.js";

export class Find {
  constructor(line) {
    this.line = line;
    element("searching").addEventListener("submit", (event) => this.#search(event));
    onPress(element("kept-today"), () => this.#kept(dayName()));
    element("kept-day").addEventListener("change", ({ target }) => target.value && this.#kept(target.value));
    onPress(element("found-more"), () => this.#page());
    for (const button of document.querySelectorAll("[data-forget]")) {
      onPress(button, () => this.#forget(button.dataset.forget, button.dataset.words));
    }
    element("forget-day").addEventListener("change", ({ target }) => {
      if (target.value) this.#forget(`day ${target.value}`, `all of ${date(Date.parse(`${target.value}T12:00`) / 1000)}`);
      target.value = "";
    });
    onPress(element("forget-sought"), () => this.#forget(`topic ${this.sought}`, `every note with “${this.sought}” in it`));
    onPress(element("export"), () => this.#export());
  }

  allow(scopes) {
    element("forgetting").hidden = !scopes.includes("forget");
    element("exporting").hidden = !scopes.includes("export");
  }

  clear() {
    element("found").replaceChildren();
    element("found-what").textContent = "";
    element("found-more").hidden = true;
    this.#soughtIs("");
  }

  async #search(event) {
    event.preventDefault();
    const text = element("sought").value.trim();
    if (!text) return;
    this.clear();
    const answer = await this.line.ask({ type: "search", text, limit: 50 });
    this.#show(answer, (count) => (count ? `${many(count)} about “${text}”` : `Nothing was kept about “${text}”.`));
    this.#soughtIs(answer.type === "notes" && answer.notes.length ? text : "");
  }

  #soughtIs(text) {
    this.sought = text;
    element("forget-sought").hidden = !text;
    element("forget-sought").textContent = `Every “${text}”`;
  }

  async #kept(day) {
    this.clear();
    this.day = day;
    this.after = 0;
    await this.#page();
  }

  async #page() {
    const answer = await this.line.ask({ type: "day", day: this.day, after: this.after });
    const of = this.day === dayName() ? "today" : `on ${date(Date.parse(`${this.day}T12:00`) / 1000)}`;
    this.#show(answer, (count) => (count ? `${many(count)}${answer.more ? " and more" : ""} kept ${of}` : `Nothing was kept ${of}.`));
    this.after = answer.last || 0;
    element("found-more").hidden = !answer.more;
  }

  #show(answer, words) {
    if (answer.type !== "notes") {
      element("found-what").textContent = `Not found: ${answer.why}`;
      return;
    }
    const list = element("found");
    for (const note of answer.notes) {
      const day = date(note.at_wall_s);
      if ([...list.querySelectorAll(".date")].at(-1)?.textContent !== day) {
        list.append(make("li", { className: "date" }, make("span", {}, day)));
      }
      list.append(noteRow(note));
    }
    element("found-what").textContent = words(list.querySelectorAll(":scope > :not(.date)").length);
  }

  async #forget(what, words) {
    if (!await sure(`Forget ${words}?`, "It is gone for good, on the device and on every phone. Nobody can bring it back.", "Forget")) return;
    const answer = await this.line.ask({ type: "forget", what });
    if (answer.type !== "refused") this.clear();
    say(answer.type === "refused" ? `Nothing is forgotten: ${answer.why}` : answer.text);
  }

  async #export() {
    const notes = [];
    let page = { last: 0, more: true };
    while (page.more) {
      page = await this.line.ask({ type: "export", after: page.last });
      if (page.type !== "notes") {
        element("exported").textContent = `Not exported: ${page.why}`;
        return;
      }
      notes.push(...page.notes);
      element("exported").textContent = `${many(notes.length)} so far…`;
    }
    const file = new Blob([JSON.stringify(notes, null, 1)], { type: "application/json" });
    const href = URL.createObjectURL(file);
    make("a", { href, download: `offrecord-notes-${dayName()}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60000);
    element("exported").textContent = `${many(notes.length)} exported.`;
  }
}

const many = (count) => `${count.toLocaleString()} note${count === 1 ? "" : "s"}`;
