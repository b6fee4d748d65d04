// Is the device sealed, who is paired, and what may this phone do?
import { element, make, onPress, say, sure } from "./dom.js";
import { kept } from "./line.js";
import { isOffline } from "./offline.js";

const LEVELS = {
  A: "the kernel’s call filter and Landlock",
  B: "the kernel’s call filter and systemd",
  C: "the kernel’s call filter alone",
  D: "a sound server is trusted with the microphone",
};
const SCOPES = {
  see: "see the day",
  ask: "ask",
  control: "mute and grant",
  forget: "forget",
  export: "export",
  admin: "manage phones",
};
const since = (seconds) => new Date(seconds * 1000).toLocaleDateString(undefined, { dateStyle: "medium" });
export const level = (name) => (LEVELS[name] ? `${name}: ${LEVELS[name]}` : name);

export class Device {
  constructor(line, leave) {
    this.line = line;
    this.leave = leave;
    onPress(element("audit"), () => this.#audit());
    onPress(element("unpair"), () => this.#unpair());
  }

  allow({ phone, name, scopes }) {
    this.phone = phone;
    this.scopes = scopes;
    element("sealing").hidden = !scopes.includes("see");
    element("paired").hidden = !scopes.includes("admin");
    element("this-phone").textContent = `“${name}” may ${scopes.map((scope) => SCOPES[scope] || scope).join(", ")}.`;
  }

  async shown() {
    element("offline").textContent = await isOffline();
    if (!this.scopes) element("this-phone").textContent = `“${kept()?.name}” is not connected.`;
    else if (this.scopes.includes("see")) this.#audit();
    if (this.scopes?.includes("admin")) await this.#phones();
  }

  async #audit() {
    const answer = await this.line.ask({ type: "audit" });
    const list = element("seals");
    list.replaceChildren();
    if (answer.type !== "audited") {
      element("audited").textContent = `Not checked: ${answer.why}`;
      return;
    }
    const { seals, ledger } = answer;
    const weakest = seals.map((seal) => seal.level).sort().at(-1);
    const open = seals.filter((seal) => seal.unchecked.length).length;
    element("audited").textContent = [
      weakest ? `${seals.length} processes are sealed, the weakest at level ${level(weakest)}.` : "No process was looked at yet.",
      open ? `Something could not be checked of ${open}.` : "",
      ledger === "whole" ? "The ledger is whole." : `The ledger is ${ledger}.`,
    ].filter(Boolean).join(" ");
    element("audited").classList.toggle("wrong", ledger !== "whole");
    for (const seal of seals) {
      const about = make("p", { className: "about" }, make("b", {}, seal.process), make("span", {}, `level ${seal.level}`));
      const unchecked = seal.unchecked.length ? `Not checked: ${seal.unchecked.join("; ")}` : "";
      list.append(make("li", {}, about, unchecked && make("p", { className: "quiet" }, unchecked)));
    }
  }

  async #phones() {
    const answer = await this.line.ask({ type: "phones" });
    if (answer.type !== "phonesare") return;
    element("phones").replaceChildren(...answer.phones.map((each) => this.#row(each)));
  }

  #row({ phone, name, scopes, paired_s: paired, is_connected: isConnected }) {
    const isThis = phone === this.phone;
    const state = isThis ? "this phone" : isConnected ? "connected" : "away";
    const about = make("p", { className: "about" }, make("b", {}, name), make("span", {}, state));
    const facts = `Since ${since(paired)}; may ${scopes.map((scope) => SCOPES[scope] || scope).join(", ")}.`;
    const made = make("li", {}, about, make("p", { className: "quiet" }, facts));
    if (isThis) return made;
    const button = make("button", { className: "danger" }, "Revoke");
    button.setAttribute("aria-label", `Revoke ${name}`);
    onPress(button, async () => {
      if (!await sure(`Revoke “${name}”?`, "It is cut off at once and must be paired anew to come back.", "Revoke")) return;
      const answer = await this.line.ask({ type: "revoke", phone });
      say(answer.type === "refused" ? `Not revoked: ${answer.why}` : `“${name}” is shut out.`);
      await this.#phones();
    });
    made.append(button);
    return made;
  }

  async #unpair() {
    if (!await sure("Unpair this phone?", "It sees and asks nothing more until it is paired anew.", "Unpair")) return;
    if (!this.line.isWelcome) {
      this.leave("This phone has thrown its key away. The device still lists it; revoke it there.");
      return;
    }
    const answer = await this.line.ask({ type: "revoke", phone: this.phone });
    if (answer.type === "refused") say(`Not unpaired: ${answer.why}`);
    else this.leave("This phone is unpaired.");
  }
}
