// At which named place is this phone, and how is it moved? Pure: fixes in, names out. Nothing here is sent.
// A fix is what the Geolocation API gives: {latitude, longitude, accuracy, speed, at_ms}.
const EARTH_M = 6371009; // mean radius (IUGG)
const NEAR_M = 100, AWAY_M = 200; // a place is come to within the one, and left beyond the other
const VAGUE_M = 150; // a fix that may be so far off says nothing
export const PAIR_MS = [60000, 300000]; // two fixes tell a speed when they are so far apart in time
export const MOST_PLACES = 24;

// Where one motion becomes another, in m/s. People walk at 1.0 to 1.4 (Bohannon and Andrews, Physiotherapy 97,
// 2011) and run at 3 to 5; a still phone's fixes drift by some 0.3. Up at the first of two, down at the second.
const WALKS_MPS = [0.8, 0.4], DRIVES_MPS = [6, 3];
const HOLDS_MS = { still: 10000, walking: 5000, driving: 5000 };
const STOPS_MS = 90000; // who drives waits at traffic lights

export function metres(one, two) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const [a, b] = [radians(one.latitude), radians(two.latitude)];
  const half = Math.sin((b - a) / 2) ** 2
    + Math.cos(a) * Math.cos(b) * Math.sin(radians(two.longitude - one.longitude) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

// The nearest of the places that is near; else the one where it was, unless that has been left; else none.
export function placeOf(fix, places, before) {
  if (fix.accuracy > VAGUE_M) return before;
  const far = places.map((each) => [metres(fix, each), each.name]).sort(([a], [b]) => a - b);
  if (far.length && far[0][0] <= NEAR_M) return far[0][1];
  return far.some(([away, name]) => name === before && away <= AWAY_M) ? before : "";
}

// What the satellites measured; where they did not, the way between two fixes, less what that may be off.
export function speedOf(fix, last) {
  if (fix.speed !== null && fix.speed >= 0) return fix.speed;
  const passed = last ? fix.at_ms - last.at_ms : 0;
  if (passed < PAIR_MS[0] || passed > PAIR_MS[1]) return null;
  return (1000 * Math.max(0, metres(fix, last) - Math.hypot(fix.accuracy, last.accuracy))) / passed;
}

// Another motion is believed when it has lasted.
export class Movement {
  constructor() {
    this.kind = this.wanted = "";
    this.sinceMs = 0;
  }

  take(speed, nowMs) {
    const next = this.#of(speed);
    if (next !== this.wanted) [this.wanted, this.sinceMs] = [next, nowMs];
    const holds = this.kind === "driving" ? STOPS_MS : HOLDS_MS[next];
    if (!this.kind || nowMs - this.sinceMs >= holds) this.kind = next;
    return this.kind;
  }

  #of(speed) {
    if (speed >= DRIVES_MPS[this.kind === "driving" ? 1 : 0]) return "driving";
    return speed >= WALKS_MPS[this.kind === "walking" ? 1 : 0] ? "walking" : "still";
  }
}
