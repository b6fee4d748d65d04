// A sound and pictures in place of the microphone and the camera: a stream that is made in the page. Nothing is kept.
const RATE_HZ = 16000, WIDTH = 640, HEIGHT = 480, DRAWN_MS = 250, FRAMES_PER_S = 4;
const AFTER_S = 5; // whoever listens must hear that nobody speaks any more
const MOST_BYTES = 1 << 26, MOST_PICTURES = 40;

// Throws an Error that says in a sentence which file cannot be played, and what to do.
export async function loaded(sound, pictures, pictureS) {
  if (!sound && !pictures.length) throw new Error("choose a sound or a picture first");
  if (pictures.length > MOST_PICTURES) throw new Error(`${pictures.length} pictures are too many; take ${MOST_PICTURES} at most`);
  const large = [sound, ...pictures].find((each) => each?.size > MOST_BYTES);
  if (large) throw new Error(`${large.name} is too large; take a file of 64 MiB at most`);
  const context = new AudioContext({ sampleRate: RATE_HZ });
  try {
    const heard = sound && await context.decodeAudioData(await sound.arrayBuffer()).catch(() => cannot("sound", sound));
    const seen = await Promise.all(pictures.map((each) => createImageBitmap(each, { resizeWidth: WIDTH }).catch(() => cannot("picture", each))));
    return new Scene(context, heard, seen, pictureS);
  } catch (problem) {
    context.close();
    throw problem;
  }
}

function cannot(what, { name = "it" }) {
  throw new Error(`this browser cannot read ${name} as a ${what}; take another file`);
}

class Scene {
  constructor(context, heard, seen, pictureS) {
    Object.assign(this, { context, heard, seen, pictureS });
    this.lastsS = Math.max(heard?.duration ?? 0, seen.length * pictureS);
  }

  // Returns the stream, which begins now; `over` is called when all has been played.
  async begin(over) {
    await this.context.resume();
    const sound = this.context.createMediaStreamDestination();
    if (this.heard) {
      const source = new AudioBufferSourceNode(this.context, { buffer: this.heard });
      source.connect(sound);
      source.start();
    }
    this.beganS = this.context.currentTime;
    this.drawing = document.createElement("canvas").getContext("2d");
    const picture = this.drawing.canvas.captureStream(FRAMES_PER_S);
    this.timer = setInterval(() => this.#draw(over), DRAWN_MS);
    this.#draw(over);
    return new MediaStream([...sound.stream.getTracks(), ...picture.getTracks()]);
  }

  end() {
    clearInterval(this.timer);
    if (this.context.state !== "closed") this.context.close();
  }

  #draw(over) {
    const atS = this.context.currentTime - this.beganS, { canvas } = this.drawing;
    if (atS > this.lastsS + AFTER_S) return over();
    const shown = this.seen[Math.min(this.seen.length - 1, Math.floor(atS / this.pictureS))];
    const [width, height] = shown ? [shown.width, shown.height] : [WIDTH, HEIGHT];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    if (shown) this.drawing.drawImage(shown, 0, 0);
    else this.drawing.fillRect(0, 0, width, height);
  }
}
