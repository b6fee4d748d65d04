"""What does a voice look like in numbers? One embedding for each 1.6 s of speech.

Two embeddings of one voice are alike, their cosine is some 0.8; of two voices, some 0.5. How loud
somebody speaks makes no difference. The sound is copied into one room, overwritten before return.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from edge.chamber import held
from edge.chamber.onnx_session import session
from edge.signals import Samples
from models.log_mel import HOP_LENGTH, N_FFT, mel_filters

Floats = npt.NDArray[np.float32]

BANDS: Final = 40
WINDOW_FRAMES: Final = 160
"""1.6 s, what the encoder was trained on. Less works as it is; silence added makes it worse."""
WINDOW_SAMPLES: Final = (WINDOW_FRAMES - 1) * HOP_LENGTH + N_FFT
LEFT_OUT_FRAMES: Final = 40
"""So little at the end is not worth a window of its own."""
LEVEL: Final = 10 ** (-30 / 20)
"""Root mean square to which speech is scaled: -30 dBFS, as in the encoder's training."""
LEAST_LEVEL: Final = 1e-5
WIDTH: Final = 256


class Voice:
    """Speech -> embeddings."""

    def __init__(self, model: bytes, threads: int = 1) -> None:
        self._encoder = session(model, threads)
        self._sound = held.floats(WINDOW_SAMPLES)
        phase = 2 * np.pi * np.arange(N_FFT) / N_FFT
        self._hann: Floats = (0.5 - 0.5 * np.cos(phase)).astype(np.float32)
        self._bands: Floats = np.ascontiguousarray(mel_filters(BANDS).T)

    def warm_up(self) -> None:
        """Run once on silence, so that the first utterance does not pay for it."""
        self.embed(np.zeros(WINDOW_SAMPLES, np.float32))

    def embed(self, samples: Samples) -> Floats:
        """Return unit embeddings, float32 (windows, 256), of speech of `N_FFT` samples or more."""
        power = float(np.dot(samples, samples)) / len(samples)
        gain = LEVEL**2 / max(power, LEAST_LEVEL**2)
        return np.concatenate([self._window(samples, first, gain) for first in _firsts(samples)])

    def _window(self, samples: Samples, first: int, gain: float) -> Floats:
        part = samples[first : first + WINDOW_SAMPLES]
        sound = self._sound[: len(part)]
        sound[:] = part
        frames = np.lib.stride_tricks.sliding_window_view(sound, N_FFT)[::HOP_LENGTH] * self._hann
        spectrum = np.fft.rfft(frames, axis=1)
        mel = np.asarray(spectrum.real**2 + spectrum.imag**2, np.float32) @ self._bands
        for scratch in (sound, frames, spectrum):
            scratch.fill(0)
        mel *= gain
        embedding: Floats = self._encoder.run(None, {"mel": mel[None]})[0]
        mel.fill(0)
        return embedding


def _firsts(samples: Samples) -> list[int]:
    """Return the first sample of each window: side by side, the last one at the end."""
    frames = 1 + (len(samples) - N_FFT) // HOP_LENGTH
    count = max(1, -(-(frames - LEFT_OUT_FRAMES) // WINDOW_FRAMES))
    last = max(0, frames - WINDOW_FRAMES)
    return [round(last * nth / max(1, count - 1)) * HOP_LENGTH for nth in range(count)]
