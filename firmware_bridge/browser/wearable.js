// A browser as a wearable: what its microphone and its camera bring, or a stream that is given in their
// place, goes to one link. Nothing is kept.
import { Link } from "./frames.js";

const SOUND_HZ = 16000, JPEG_QUALITY = 0.8, WIDTH = 640, MOST_SINCE = 320;
const MEDIA = {
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  video: { width: { ideal: WIDTH }, facingMode: "environment" },
};

export class Wearable {
  // `told` has a method for each: connected, away, refused(why), ended(what), sound(samples), which
  // may change them.
  constructor(video, told) {
    Object.assign(this, { video, told, canvas: document.createElement("canvas"), counted: 0, countedMs: 0 });
  }

  // Ask for the devices where no stream is given, and send; throws what the browser says where it gives none.
  async begin(address, token, name, stream = null) {
    this.media = stream ?? await navigator.mediaDevices.getUserMedia(MEDIA);
    try {
      this.video.srcObject = this.media;
      await this.video.play();
      await this.#listen();
    } catch (problem) {
      this.end();
      throw problem;
    }
    for (const track of this.media.getTracks()) track.onended = () => this.told.ended(track.kind);
    this.link = new Link(address, token, name, () => this.#clock(), (what, why) => this.#hear(what, why));
  }

  end() {
    this.link?.close();
    this.link = null;
    this.media?.getTracks().forEach((track) => track.stop());
    this.context?.close();
    this.context = null;
    this.video.srcObject = null;
  }

  // While nothing is to be heard and seen, the devices give silence and black.
  set isMuted(isMuted) {
    this.media?.getTracks().forEach((track) => { track.enabled = !isMuted; });
  }

  // At a place of the page, over the picture; returns the place in it.
  look({ clientX, clientY }) {
    const place = this.video.getBoundingClientRect();
    const share = (value) => Math.max(0, Math.min(1, value));
    const [x, y] = [share((clientX - place.left) / place.width), share((clientY - place.top) / place.height)];
    this.link?.gaze(x, y);
    return [x, y];
  }

  async #listen() {
    const source = this.#opened();
    await this.context.audioWorklet.addModule("sound.js");
    const sound = new AudioWorkletNode(this.context, "sound", { numberOfOutputs: 0 });
    sound.port.onmessage = ({ data }) => {
      this.told.sound(new Int16Array(data));
      this.link?.sound(data, this.counted);
      this.counted += data.byteLength / 2;
      this.countedMs = performance.now();
    };
    source.connect(sound);
    await this.context.resume();
  }

  // At 16 kHz where the browser can; else at its own rate, and the worklet changes it.
  #opened() {
    try {
      this.context = new AudioContext({ sampleRate: SOUND_HZ });
      return this.context.createMediaStreamSource(this.media);
    } catch {
      this.context = new AudioContext();
      return this.context.createMediaStreamSource(this.media);
    }
  }

  // The one clock of sound and photos: samples that have come, and the time since.
  #clock() {
    const since = this.countedMs ? Math.min(MOST_SINCE, (performance.now() - this.countedMs) * 16) : 0;
    return Math.round(this.counted + since);
  }

  #hear(what, why) {
    if (what === "photo") return this.#photograph();
    if (what === "connected") this.#tellBattery();
    this.told[what](why);
  }

  #photograph() {
    const { videoWidth, videoHeight } = this.video, taken = this.#clock(), { canvas } = this;
    if (!videoWidth) return;
    canvas.width = Math.min(WIDTH, videoWidth);
    canvas.height = Math.round(canvas.width * videoHeight / videoWidth);
    canvas.getContext("2d").drawImage(this.video, 0, 0, canvas.width, canvas.height);
    canvas.toBlob(async (jpeg) => {
      if (jpeg) this.link?.photo(new Uint8Array(await jpeg.arrayBuffer()), taken);
    }, "image/jpeg", JPEG_QUALITY);
  }

  async #tellBattery() {
    const battery = await navigator.getBattery?.();
    if (battery) this.link?.battery(Math.round(battery.level * 100), battery.charging);
  }
}
