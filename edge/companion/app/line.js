// The one connection to the device: it comes back by itself, misses nothing, and asks nothing twice.
// edge/companion/wire.py names every frame.
import { Meeting, random } from "./link.js";

const KEPT = "offrecord.phone";
const ANSWERED_WITHIN_MS = 20000;
const SLEPT_MS = 25000; // hidden for so long, a connection may be dead without knowing it
const AGAIN_MS = [500, 15000];
const PACE_MS = 125; // the device lets a phone go that asks more than ten times a second
const AT_ONCE_MS = 3000;

export const kept = () => JSON.parse(localStorage.getItem(KEPT) || "null");
const keep = (phone) => localStorage.setItem(KEPT, JSON.stringify(phone));

export class Line {
  // `told` has a method for every word of the device: welcome, event, begin, closed, refused.
  constructor(told) {
    this.told = told;
    this.isWelcome = false;
    this.waiting = new Map();
    this.pause = AGAIN_MS[0];
    this.turn = 0;
    this.#forgetPlace();
    addEventListener("online", () => this.#again());
    addEventListener("offline", () => this.socket?.close());
    document.addEventListener("visibilitychange", () => this.#slept());
  }

  #forgetPlace() {
    this.telling = "";
    this.last = 0;
    this.early = null; // events that came while the day was being fetched
  }

  #slept() {
    if (document.hidden) this.hiddenMs = performance.now();
    else if (!this.isWelcome || performance.now() - this.hiddenMs > SLEPT_MS) this.#again();
  }

  #again() {
    if (kept() && !this.link) this.open();
  }

  pair(link, name) {
    this.link = { ...link, name };
    this.open();
  }

  unpaired() {
    localStorage.removeItem(KEPT);
    this.#forgetPlace();
    this.waiting.clear();
  }

  open() {
    clearTimeout(this.timer);
    const before = this.socket;
    const mine = new WebSocket(`wss://${location.host}/live`);
    this.socket = mine;
    this.isWelcome = false;
    before?.close();
    let order = Promise.resolve(); // one frame after another, though a proof takes its time
    mine.onmessage = ({ data }) => {
      order = order.then(() => this.socket === mine && this.#take(JSON.parse(data), mine));
    };
    mine.onclose = () => this.socket === mine && order.then(() => this.#closed());
  }

  #closed() {
    this.isWelcome = false;
    if (this.link) {
      this.link = null;
      this.told.refused(this.why || "the device did not prove that it is yours");
    } else if (kept()) {
      this.told.closed();
      this.timer = setTimeout(() => this.open(), this.pause);
      this.pause = Math.min(this.pause * 2, AGAIN_MS[1]);
    }
    this.why = "";
  }

  async #take(said, socket) {
    switch (said.type) {
      case "challenge":
        if (this.link) {
          this.meeting = new Meeting(this.link, said.nonce, this.link.name);
          socket.send(JSON.stringify(await this.meeting.pair()));
        } else {
          const { telling, last } = this.early ? { telling: "", last: 0 } : this; // it was beginning anew
          socket.send(JSON.stringify({ type: "hello", token: kept().token, telling, last }));
        }
        break;
      case "paired":
        if (!await this.meeting.isProven(said)) return socket.close();
        keep({ token: said.token, name: this.link.name });
        this.#forgetPlace();
        this.link = null;
        break;
      case "welcome":
        this.isWelcome = true;
        this.pause = AGAIN_MS[0];
        this.told.welcome(said);
        for (const { frame } of this.waiting.values()) socket.send(frame);
        if (said.reload) this.#begin(said);
        else this.telling = said.telling;
        break;
      case "reload":
        this.#begin(said);
        break;
      case "event":
        if (said.number > this.last) {
          this.last = said.number;
          if (this.early && said.item.type !== "state") this.early.push(said);
          else this.told.event(said);
        }
        break;
      case "closing":
        this.why = said.why;
        if (!this.link) {
          this.unpaired();
          this.told.refused(said.why);
        }
        break;
      default:
        this.waiting.get(said.id)?.resolve(said);
    }
  }

  // Everything anew: the day's notes, then the events that came in the meantime and are not in them.
  async #begin({ telling, next }) {
    this.telling = telling;
    this.last = next - 1;
    const mine = this.early = [];
    const asOf = await this.told.begin(() => this.early === mine);
    if (this.early !== mine) return;
    this.early = null;
    mine.forEach((event) => (event.number >= asOf || !isNoted(event.item)) && this.told.event(event));
  }

  async ask(said) {
    const wait = this.turn - performance.now() - AT_ONCE_MS;
    this.turn = Math.max(this.turn, performance.now()) + PACE_MS;
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const id = random(8);
    const frame = JSON.stringify({ ...said, id });
    if (this.isWelcome) this.socket.send(frame);
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => answered({ type: "refused", id, why: "no answer; is the device in reach?" }),
        ANSWERED_WITHIN_MS,
      );
      const answered = (answer) => {
        clearTimeout(timer);
        this.waiting.delete(id);
        resolve(answer);
      };
      this.waiting.set(id, { frame, resolve: answered });
    });
  }
}

const isNoted = ({ type }) => ["heard", "saw", "asked", "answered"].includes(type);
