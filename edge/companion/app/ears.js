// This phone as ears and eyes: its microphone and camera go to the device's sealed bridge, by a link of their own.
import { element, onPress, say } from "./dom.js";
import { keepApp } from "./offline.js";
import { Wearable } from "./wearable.js";

const HINT = "While this is on and the app is open, microphone and camera go to the sealed bridge on your device, and nowhere else.";
const LEAST_DB = -60, AGAIN_MS = 1000;

export class Ears {
  constructor(line) {
    this.line = line;
    this.isOn = this.isMuted = false;
    this.wearable = new Wearable(element("picture"), {
      connected: () => this.#tell("The device hears and sees through this phone. Tap the picture on what you look at."),
      away: () => this.isOn && this.#tell("The device is not in reach; it comes again by itself."),
      refused: () => this.#lentAnew(),
      ended: (what) => this.#stop(`The phone has taken the ${what} away.`),
      sound: (samples) => this.#meter(samples),
    });
    onPress(element("lend"), () => (this.isOn ? this.#stop(HINT) : this.#start()));
    element("picture").addEventListener("click", (event) => this.#look(event));
    document.addEventListener("visibilitychange", () => this.#stayAwake());
    document.addEventListener("securitypolicyviolation", () => this.#renew());
  }

  allow({ name, may_lend: mayLend, state }) {
    this.name = name;
    element("lending").hidden = !mayLend && !this.isOn;
    if (!this.isOn) element("lent").textContent = HINT;
    this.muted(state.muted);
  }

  muted(isMuted) {
    this.isMuted = isMuted;
    this.wearable.isMuted = isMuted;
    element("seeing").classList.toggle("muted", isMuted);
    if (this.isOn && isMuted) this.#tell("Muted: the link is closed.");
  }

  // Nobody is paired any more.
  drop() {
    if (this.isOn) this.#stop(HINT);
    element("lending").hidden = true;
  }

  async #start() {
    if (!navigator.mediaDevices) return this.#tell("This browser gives no microphone here.");
    const lent = await this.line.ask({ type: "lend" });
    if (lent.type !== "lent") return this.#tell(`Not begun: ${lent.why}.`);
    try {
      await this.wearable.begin(`wss://${location.hostname}:${lent.port}/link`, lent.token, this.name);
    } catch (refusal) {
      return this.#tell(`The browser gave no camera or microphone: ${refusal.message}`);
    }
    this.#shape(true);
    this.wearable.isMuted = this.isMuted;
    await this.#stayAwake();
  }

  #stop(words) {
    this.wearable.end();
    this.#shape(false);
    this.#tell(words);
    this.lock?.release();
    this.lock = null;
  }

  #shape(isOn) {
    this.isOn = isOn;
    element("seeing").hidden = element("loudness").hidden = !isOn;
    element("looked").hidden = true;
    element("lend").textContent = isOn ? "Stop" : "Start";
    element("lend").className = isOn ? "" : "strong";
  }

  #tell(words) {
    element("lent").textContent = this.isOn && this.isMuted ? "Muted: the link is closed." : words;
  }

  // What the device gave is worth nothing any more: somebody was shut out. This phone may ask again.
  async #lentAnew() {
    this.wearable.link.close();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    if (!this.line.isWelcome) return this.#stop("The device does not take this phone’s ears and eyes any more.");
    const lent = await this.line.ask({ type: "lend" });
    if (!this.isOn) return;
    if (lent.type === "lent") this.wearable.link.open(lent.token);
    else this.#stop(`Ended: ${lent.why}.`);
  }

  // The page was kept from a run that had no such link, and may not connect there.
  async #renew() {
    if (!this.isOn) return;
    this.#stop(HINT);
    await keepApp();
    say("The app was out of date and begins anew; press Start once more.");
    location.reload();
  }

  async #stayAwake() {
    if (!this.isOn || document.hidden) return;
    try {
      this.lock = await navigator.wakeLock?.request("screen");
    } catch {
      this.lock = null; // the phone saves its battery
    }
  }

  #look(event) {
    const [x, y] = this.wearable.look(event), spot = element("looked");
    Object.assign(spot.style, { left: `${x * 100}%`, top: `${y * 100}%` });
    spot.hidden = false;
  }

  #meter(samples) {
    let power = 0;
    for (const sample of samples) power += (sample / 32768) ** 2;
    element("loudness").value = Math.max(LEAST_DB, 10 * Math.log10(power / samples.length + 1e-9));
  }
}
