// The ledger: what left, to whom, why.
import { date, element, make, moment, onPress } from "./dom.js";

export class Left {
  constructor(line) {
    this.line = line;
    onPress(element("rows-more"), () => this.#page());
  }

  clear() {
    element("rows").replaceChildren();
    element("rows-more").hidden = true;
  }

  async shown() {
    this.before = undefined;
    await this.#page();
  }

  async #page() {
    const { before } = this;
    const answer = await this.line.ask({ type: "ledger", ...(before && { before }) });
    if (before !== this.before) return;
    const list = element("rows");
    if (!before) list.replaceChildren();
    if (answer.type !== "rows") {
      list.append(make("li", {}, `The ledger cannot be shown: ${answer.why}`));
      return;
    }
    answer.rows.forEach((row) => this.#add(list, row));
    if (!list.childElementCount) list.append(make("li", { className: "empty" }, "Nothing has left."));
    this.before = answer.rows.at(-1)?.number;
    element("rows-more").hidden = !answer.more;
  }

  #add(list, { number, when_s: when, what, bytes, origin, to, why, text }) {
    const day = date(when);
    if ([...list.querySelectorAll(".date")].at(-1)?.textContent !== day) {
      list.append(make("li", { className: "date" }, make("span", {}, day)));
    }
    const about = make("p", { className: "about" }, make("b", {}, what), make("span", {}, `${bytes.toLocaleString()} B`), moment(when));
    const way = make("p", { className: "way" }, make("span", {}, [origin, to].filter(Boolean).join(" → ")), make("span", {}, why));
    const content = text === null
      ? make("p", { className: "quiet" }, "Its words were forgotten.")
      : text && make("details", {}, make("summary", {}, "What it said"), make("p", { className: "raw", tabIndex: 0 }, text));
    list.append(make("li", { data: { number } }, about, way, content));
  }
}
