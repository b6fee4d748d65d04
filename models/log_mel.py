"""How does a recogniser see sound? As Whisper's log-mel spectrogram, in numpy alone.

Also used inside the sealed chamber: no file is read and nothing is imported but numpy.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000
N_FFT = 400  # 25 ms
HOP_LENGTH = 160  # 10 ms
N_MELS = 80
N_BINS = N_FFT // 2 + 1  # 201 frequencies from 0 to 8 kHz

LOWEST_POWER = 1e-10
DYNAMIC_RANGE = 8.0  # in powers of ten below the loudest cell

_LINEAR_HZ_PER_MEL = 200.0 / 3
_LINEAR_END_HZ = 1000.0
_LINEAR_END_MEL = _LINEAR_END_HZ / _LINEAR_HZ_PER_MEL  # 15
_LOG_STEP = np.log(6.4) / 27

Floats = NDArray[np.float32]


def log_mel(samples: Floats) -> Floats:
    """Return the (80, n // 160) float32 log-mel of samples, float32 (n,), 16 kHz mono in [-1, 1].

    Equal to Whisper's own within 1e-5, over exactly the sound given: pad with zeros before, if the
    recogniser should see silence after the words.
    """
    if samples.ndim != 1 or samples.shape[0] <= N_FFT // 2:
        raise ValueError(f"log_mel needs more than {N_FFT // 2} samples in one row")
    padded = np.pad(np.asarray(samples, np.float32), N_FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP_LENGTH]
    frames = frames[: samples.shape[0] // HOP_LENGTH]
    spectrum = np.fft.rfft(frames * _window(), axis=1)
    power = np.asarray(spectrum.real**2 + spectrum.imag**2, np.float32)
    mel = _bands_of(power)
    np.maximum(mel, LOWEST_POWER, out=mel)
    np.log10(mel, out=mel)
    np.maximum(mel, mel.max() - DYNAMIC_RANGE, out=mel)
    mel += 4.0
    mel *= 0.25
    return mel


@cache
def mel_filters(n_mels: int = N_MELS) -> Floats:
    """Return the Slaney filter bank as (n_mels, 201) float32: triangles of equal area."""
    frequencies = np.linspace(0.0, SAMPLE_RATE_HZ / 2, N_BINS)
    edges = _to_hz(np.linspace(0.0, _to_mel(SAMPLE_RATE_HZ / 2), n_mels + 2))
    widths = np.diff(edges)
    offsets = edges[:, None] - frequencies[None, :]
    rising = -offsets[:-2] / widths[:-1, None]
    falling = offsets[2:] / widths[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    filters = (triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)
    filters.setflags(write=False)
    return filters


def _to_mel(hz: float) -> float:
    """Linear up to 1 kHz, logarithmic above."""
    if hz < _LINEAR_END_HZ:
        return hz / _LINEAR_HZ_PER_MEL
    return float(_LINEAR_END_MEL + np.log(hz / _LINEAR_END_HZ) / _LOG_STEP)


def _to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverse of `_to_mel`, for an array of any shape."""
    linear = mel * _LINEAR_HZ_PER_MEL
    logarithmic = _LINEAR_END_HZ * np.exp(_LOG_STEP * (mel - _LINEAR_END_MEL))
    return np.where(mel < _LINEAR_END_MEL, linear, logarithmic)


@cache
def _window() -> Floats:
    """Periodic Hann window, (400,) float32."""
    phase = 2 * np.pi * np.arange(N_FFT) / N_FFT
    window: Floats = (0.5 - 0.5 * np.cos(phase)).astype(np.float32)
    return window


def _bands_of(power: Floats) -> Floats:
    """Sum power, (frames, 201) float32, into bands: (80, frames) float32."""
    return mel_filters() @ power.T
