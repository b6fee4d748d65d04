// White noise, so many dB below the signal: the mean power of blocks that are no silence, of the last two seconds.
const FULL = 32768, BLOCK_S = 0.02, MEAN_OF_S = 2;
const SILENT = 10 ** (-45 / 10), USUAL = 10 ** (-26 / 10); // dBFS: speech is at some -26 (ITU-T P.56)

export class Noise {
  constructor() {
    this.snrDb = Infinity; // none
    this.power = USUAL;
  }

  // Changes int16 samples of one block.
  add(samples) {
    let power = 0;
    for (const sample of samples) power += (sample / FULL) ** 2 / samples.length;
    if (power > SILENT) this.power += (BLOCK_S / MEAN_OF_S) * (power - this.power);
    if (this.snrDb === Infinity) return;
    const most = FULL * Math.sqrt(3 * this.power) * 10 ** (-this.snrDb / 20); // even in [-a, a] has the power a²/3
    for (let i = 0; i < samples.length; i++) {
      const loud = samples[i] + (2 * Math.random() - 1) * most;
      samples[i] = Math.max(-FULL, Math.min(FULL - 1, loud));
    }
  }
}
