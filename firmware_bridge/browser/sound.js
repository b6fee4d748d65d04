// The microphone's samples -> blocks of 320 int16 at 16 kHz, whatever rate the sound system has.
const RATE_HZ = 16000, BLOCK = 320, TAPS = 16;

class Sound extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / RATE_HZ;
    this.past = new Float32Array(0);
    this.next = 0; // where the next sample lies in what has come
    this.block = new Int16Array(BLOCK);
    this.filled = 0;
  }

  process([input]) {
    const came = input[0];
    if (!came) return true;
    const samples = new Float32Array(this.past.length + came.length);
    samples.set(this.past);
    samples.set(came, this.past.length);
    const reach = this.step === 1 ? 0 : Math.ceil(TAPS * this.step);
    while (Math.floor(this.next) + reach < samples.length) {
      this.put(this.step === 1 ? samples[this.next] : this.between(samples, reach));
      this.next += this.step;
    }
    const keep = Math.max(0, Math.floor(this.next) - reach);
    this.past = samples.slice(keep);
    this.next -= keep;
    return true;
  }

  // A low-pass of windowed sinc around the place, so that nothing above 8 kHz folds back.
  between(samples, reach) {
    const middle = Math.floor(this.next);
    let sum = 0, weights = 0;
    for (let i = Math.max(0, middle - reach); i <= middle + reach; i++) {
      const x = (i - this.next) / this.step;
      const window = 0.5 + 0.5 * Math.cos(Math.PI * Math.min(1, Math.abs(x) / (TAPS + 1)));
      const weight = window * (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
      sum += weight * samples[i];
      weights += weight;
    }
    return sum / weights;
  }

  put(sample) {
    this.block[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
    if (this.filled < BLOCK) return;
    this.port.postMessage(this.block.buffer, [this.block.buffer]);
    this.block = new Int16Array(BLOCK);
    this.filled = 0;
  }
}

registerProcessor("sound", Sound);
