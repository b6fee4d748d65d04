// A wearable's half of firmware_bridge/PROTOCOL.md, over a WebSocket that comes again by itself.
const HELLO = 1, SOUND = 2, PHOTO = 3, GAZE = 4, BATTERY = 5, TIME = 7;
const WELCOME = 16, CREDIT = 17, ASK_TIME = 18, REFUSED = 19;
const HEAD = 20, MOST_WAITING_BYTES = 1 << 18, PAUSE_MS = 1000;
const CAN = 1 | 2 | 4 | 8, MOST_NAME_BYTES = 48;

export class Link {
  // `clock` counts samples of 16 kHz; `tell` hears connected, photo, refused and away.
  constructor(address, token, name, clock, tell) {
    Object.assign(this, { address, name, clock, tell, sounds: 0, photos: 0, left: 0, made: 0 });
    this.token = token;
    this.loss = 0; // of so great a share of the sounds nothing arrives
    this.connect();
  }

  connect() {
    if (this.closed) return;
    this.sounds = this.photos = this.made = 0;
    const mine = this.socket = new WebSocket(this.address);
    mine.binaryType = "arraybuffer";
    mine.onopen = () => this.hello();
    mine.onmessage = (event) => this.hear(new DataView(event.data));
    mine.onclose = () => {
      if (this.socket !== mine) return;
      this.sounds = this.photos = 0;
      if (!this.closed) this.again = setTimeout(() => this.connect(), PAUSE_MS);
      this.tell("away");
    };
  }

  close() {
    this.closed = true;
    clearTimeout(this.again);
    this.socket.close();
  }

  open(token = this.token) {
    this.token = token;
    this.closed = false;
    this.connect();
  }

  hello() {
    const payload = new Uint8Array(36 + MOST_NAME_BYTES);
    const { written } = new TextEncoder().encodeInto(this.name, payload.subarray(36));
    new DataView(payload.buffer).setUint32(0, CAN, true);
    payload.set(Uint8Array.from(this.token.match(/../g), (pair) => parseInt(pair, 16)), 4);
    this.send(HELLO, payload.subarray(0, 36 + written), this.clock());
  }

  hear(view) {
    switch (view.getUint8(0)) {
      case WELCOME:
        this.tell("connected");
      // falls through: a welcome is the first credit
      case CREDIT:
        this.sounds += view.getUint16(HEAD, true);
        this.photos += view.getUint16(HEAD + 2, true);
        if (this.photos) this.tell("photo");
        break;
      case ASK_TIME:
        this.send(TIME, new Uint8Array(view.buffer.slice(HEAD, HEAD + 8)), this.clock());
        break;
      case REFUSED:
        this.tell("refused", new TextDecoder().decode(view.buffer.slice(HEAD)));
    }
  }

  // A sound for which there is no credit, or no room on the way, is left out; its number is used up.
  sound(samples, at) {
    if (!this.ready) return;
    const fits = this.sounds > 0 && this.socket.bufferedAmount < MOST_WAITING_BYTES;
    if (this.sounds > 0) this.sounds--;
    if (fits && Math.random() >= this.loss) {
      this.send(SOUND, new Uint8Array(samples), at);
    } else {
      this.made++;
      this.left++;
    }
  }

  photo(jpeg, at) {
    if (!this.ready || !this.photos) return;
    this.photos--;
    this.send(PHOTO, jpeg, at);
  }

  gaze(x, y) {
    if (!this.ready) return;
    const payload = new DataView(new ArrayBuffer(4));
    payload.setUint16(0, Math.round(x * 1000), true);
    payload.setUint16(2, Math.round(y * 1000), true);
    this.send(GAZE, new Uint8Array(payload.buffer), this.clock());
  }

  battery(percent, isCharging) {
    this.send(BATTERY, new Uint8Array([percent, isCharging]), this.clock());
  }

  get ready() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  send(kind, payload, at) {
    if (!this.ready) return;
    const frame = new Uint8Array(HEAD + payload.length), view = new DataView(frame.buffer);
    view.setUint8(0, kind);
    view.setUint8(1, 1);
    view.setUint32(4, payload.length, true);
    view.setUint32(8, this.made++, true);
    view.setBigUint64(12, BigInt(Math.max(0, at)), true);
    frame.set(payload, HEAD);
    this.socket.send(frame);
  }
}
