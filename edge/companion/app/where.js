// This phone tells where the wearer is: a name that they gave, and how they move. Coordinates stay here.
import { element, make, onPress, say } from "./dom.js";
import { Movement, MOST_PLACES, PAIR_MS, placeOf, speedOf } from "./places.js";

const KEPT = "offrecord.places";
const AGAIN_MS = 300000; // what is still so is said again, or the device would think it long ago
const HOW = { enableHighAccuracy: true, maximumAge: 10000, timeout: 60000 };
const MOVING = { still: "not moving", walking: "walking", driving: "driving" };
const DENIED = 1;
const WHY = { // by the browser's number
  [DENIED]: "This browser is not allowed to tell where it is.",
  2: "This phone cannot tell where it is.",
  3: "This phone has not found out where it is.",
};

export class Where {
  constructor(line) {
    this.line = line;
    this.told = {}; // to the device, on this connection
    this.mayTell = this.isMuted = this.isWatching = false;
    Object.assign(this, { isOn: false, places: [] }, JSON.parse(localStorage.getItem(KEPT) || "null"));
    element("where-on").addEventListener("change", () => this.#switch(element("where-on").checked));
    element("naming").addEventListener("submit", (event) => this.#name(event));
    this.#forgetFix();
    this.#show();
  }

  allow({ scopes, state }) {
    this.told = {};
    this.mayTell = scopes.includes("control");
    this.isMuted = state.muted;
    element("where").hidden = !this.mayTell;
    this.#watch();
    if (this.latest) this.#tell();
  }

  muted(isMuted) {
    if (isMuted === this.isMuted) return;
    this.isMuted = isMuted;
    this.told = {};
    this.#watch();
  }

  // Nobody is paired any more; without a key this phone knows no places either.
  drop(isPaired) {
    this.mayTell = false;
    this.#watch();
    element("where").hidden = true;
    if (isPaired) return;
    localStorage.removeItem(KEPT);
    Object.assign(this, { isOn: false, places: [] });
    this.#show();
  }

  #forgetFix() {
    this.latest = this.before = null;
    this.movement = new Movement();
    this.place = this.motion = this.why = "";
  }

  #keep() {
    localStorage.setItem(KEPT, JSON.stringify({ isOn: this.isOn, places: this.places }));
  }

  #switch(isOn) {
    this.isOn = isOn;
    this.#keep();
    this.#watch();
    if (!isOn) this.#tell(); // it is known no more
  }

  // Ask the browser for fixes while they are wanted, and only then.
  #watch() {
    const isWanted = this.isOn && this.mayTell && !this.isMuted;
    if (this.isWatching !== isWanted) {
      this.isWatching = isWanted;
      this.#forgetFix();
      if (isWanted) {
        this.number = navigator.geolocation.watchPosition((fix) => this.#found(fix), (why) => this.#lost(why), HOW);
      } else {
        navigator.geolocation.clearWatch(this.number);
      }
    }
    this.#show();
  }

  #found({ coords: { latitude, longitude, accuracy, speed }, timestamp }) {
    const fix = this.latest = { latitude, longitude, accuracy, speed, at_ms: timestamp };
    const moves = speedOf(fix, this.before);
    if (!this.before || timestamp - this.before.at_ms >= PAIR_MS[0]) this.before = fix;
    if (moves !== null) this.motion = this.movement.take(moves, timestamp);
    this.why = "";
    this.#look(this.place);
  }

  // In a tunnel what was told grows old; where the wearer has forbidden it, it is taken back.
  #lost({ code }) {
    if (code === DENIED) {
      this.#forgetFix();
      this.#tell();
    }
    this.why = WHY[code];
    this.#show();
  }

  #look(before) {
    this.place = placeOf(this.latest, this.places, before);
    this.#tell();
    this.#show();
  }

  // What is known by then: while one word is on its way another may have come.
  async #tell() {
    await this.#say("place", "name", this.place);
    await this.#say("motion", "kind", this.motion);
  }

  async #say(type, field, value) {
    const told = this.told[type];
    const isOld = value && performance.now() - told?.atMs > AGAIN_MS;
    if (!this.line.isWelcome || (told?.value === value && !isOld)) return;
    this.told[type] = { value, atMs: performance.now() };
    const answer = await this.line.ask({ type, [field]: value });
    if (answer.type === "refused") delete this.told[type];
  }

  // --- the wearer names places -------------------------------------------------------------------

  async #name(event) {
    event.preventDefault();
    const field = element("place-name"), name = field.value.trim();
    if (!name) return;
    if (this.places.length >= MOST_PLACES) return say(`${MOST_PLACES} places have a name; forget one first.`);
    try {
      const { coords } = await new Promise((found, lost) => navigator.geolocation.getCurrentPosition(found, lost, HOW));
      const { latitude, longitude } = coords;
      this.places = [...this.places.filter((each) => each.name !== name), { name, latitude, longitude }];
    } catch (refusal) {
      return say(WHY[refusal.code]);
    }
    field.value = "";
    this.#changed();
  }

  #changed() {
    this.#keep();
    if (this.latest) this.#look("");
    else this.#show();
  }

  #show() {
    element("where-on").checked = this.isOn;
    element("where-now").textContent = this.isOn ? this.#words() : "";
    element("places").replaceChildren(...this.places.map(({ name }) => {
      const button = make("button", { className: "danger" }, "Forget");
      button.setAttribute("aria-label", `Forget where “${name}” is`);
      onPress(button, () => {
        this.places = this.places.filter((each) => each.name !== name);
        this.#changed();
      });
      return make("li", {}, make("span", {}, name), button);
    }));
  }

  #words() {
    if (this.isMuted) return "Muted: nothing is told.";
    if (this.why) return this.why;
    const told = [this.place && `at “${this.place}”`, MOVING[this.motion]].filter(Boolean).join(", ");
    if (told) return `Told to the device: ${told}.`;
    return this.latest ? "You are at no place with a name." : "Looking for where this phone is…";
  }
}
