// What does the line of `offrecord pair` say, and how does each side prove that it knows the secret?
// edge/companion/pairing.py is the other side.
const hex = (bytes) => [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
export const random = (bytes) => hex(crypto.getRandomValues(new Uint8Array(bytes)));
const SECRET_BYTES = 16;

export function readLink(line) {
  const fields = new URLSearchParams(line.slice(line.indexOf("#") + 1));
  try {
    const code = atob((fields.get("pair") || "").replaceAll("-", "+").replaceAll("_", "/"));
    const secret = Uint8Array.from(code, (each) => each.charCodeAt(0));
    return secret.length === SECRET_BYTES && fields.get("key") ? { secret, key: fields.get("key") } : null;
  } catch {
    return null;
  }
}

export class Meeting {
  constructor(link, deviceNonce, name) {
    Object.assign(this, { link, deviceNonce, name, nonce: random(16) });
  }

  async pair() {
    return { type: "pair", name: this.name, nonce: this.nonce, proof: await this.#proof("phone") };
  }

  async isProven({ token, proof }) {
    return proof === await this.#proof("device", token);
  }

  async #proof(...words) {
    const { secret, key: hash } = this.link;
    const said = ["offrecord 1", ...words, hash, this.deviceNonce, this.nonce, this.name].join("\n");
    const how = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", secret, how, false, ["sign"]);
    return hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(said))));
  }
}
