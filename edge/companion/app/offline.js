// Does the app open where the device is out of reach? Only a trusted certificate lets it be kept.
export const KEPT_FILES = [
  "/", "/app.css", "/app.js", "/dom.js", "/line.js", "/link.js", "/day.js", "/find.js", "/left.js",
  "/device.js", "/offline.js", "/ears.js", "/where.js", "/places.js",
  "/wearable.js", "/frames.js", "/sound.js", "/app.webmanifest", "/icon.svg", "/icon-192.png", "/icon-512.png",
];
const WORKER = "/kept.js";
const newest = (path) => new Request(path, { cache: "reload" }); // which no worker answers (kept.js)
let keeping;

const trusted = globalThis.trustedTypes?.createPolicy("offrecord", {
  createScriptURL: (name) => {
    if (name !== WORKER) throw new TypeError("only the app's own worker");
    return name;
  },
});

export function keepApp() {
  keeping ??= keep();
  return keeping;
}

async function keep() {
  if (!navigator.serviceWorker) return false;
  try {
    await navigator.serviceWorker.register(trusted ? trusted.createScriptURL(WORKER) : WORKER);
    await (await caches.open("offrecord")).addAll(KEPT_FILES.map(newest)); // all of one version, or none
    return true;
  } catch {
    keeping = null; // out of reach, or not trusted: another time
    return false;
  }
}

export async function isOffline() {
  return await keepApp()
    ? "The app itself opens without a connection too; add it to the home screen to have it at hand."
    : "The app cannot be kept on this phone, so it opens only while the device is in reach: "
      + "this browser does not trust the device’s certificate. docs/pairing.md says how it comes to.";
}
