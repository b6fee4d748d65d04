"""What does it sound like when nobody speaks? Hum, music, noise, beeps and silence, from a seed.

Each minute of a room is of one kind; its pitch, loudness and rhythm are drawn. Nothing in here was
recorded, so a failure can be heard again anywhere from its number.
"""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.signals import Samples

Sound = NDArray[np.float64]
MINUTE_S: Final = 60.0
SEED: Final = 4
PEAK: Final = 0.9
QUIETEST_DB: Final = -50.0
LOUDEST_DB: Final = -12.0
"""Of a minute's loudness, as its root mean square."""


def minutes(count: int, seed: int = SEED) -> Iterator[tuple[str, Samples]]:
    """Yield so many minutes, float32 (960000,), with the kind of each."""
    for number in range(count):
        kind = list(_KINDS)[number % len(_KINDS)]
        yield kind, minute(kind, seed + number)


def minute(kind: str, seed: int, seconds: float = MINUTE_S) -> Samples:
    """Return one minute, or less, of a kind of sound."""
    draw = np.random.default_rng(seed)
    time_s = np.arange(to_samples(seconds)) / SAMPLE_RATE_HZ
    sound = _KINDS[kind](time_s, draw)
    loud = float(np.sqrt(np.mean(sound**2)))
    wanted = 10 ** (draw.uniform(QUIETEST_DB, LOUDEST_DB) / 20)
    sound = sound * (wanted / loud) if loud else sound
    return np.clip(sound, -PEAK, PEAK).astype(np.float32)


def _silence(time_s: Sound, _draw: np.random.Generator) -> Sound:
    return np.zeros_like(time_s)


def _hiss(time_s: Sound, draw: np.random.Generator) -> Sound:
    """Make noise whose power falls by 0, 3 or 6 dB an octave."""
    spectrum = np.fft.rfft(draw.standard_normal(len(time_s)))
    steepness = draw.choice([0.0, 0.5, 1.0])
    return np.fft.irfft(spectrum / np.arange(1, len(spectrum) + 1) ** steepness, len(time_s))


def _hum(time_s: Sound, draw: np.random.Generator) -> Sound:
    """Make mains, or an engine whose speed wanders, with harmonics."""
    pitch_hz = draw.choice([50.0, 60.0, draw.uniform(30, 150)])
    wander = 1 + draw.choice([0.0, 0.05]) * np.sin(2 * np.pi * draw.uniform(0.05, 0.5) * time_s)
    phase = 2 * np.pi * np.cumsum(pitch_hz * wander) / SAMPLE_RATE_HZ
    harmonics = range(1, int(draw.integers(2, 16)))
    return sum((np.sin(n * phase) / n for n in harmonics), np.zeros_like(time_s))


def _beeps(time_s: Sound, draw: np.random.Generator) -> Sound:
    """Make one pitch or two at once, on and off: a lorry that reverses, an alarm, a telephone."""
    pitches_hz = draw.uniform(300, 3000, size=int(draw.integers(1, 3)))
    period_s, share = draw.uniform(0.2, 2.0), draw.uniform(0.1, 0.7)
    on = (time_s % period_s < share * period_s).astype(float)
    return on * sum((np.sin(2 * np.pi * hz * time_s) for hz in pitches_hz), np.zeros_like(time_s))


def _sweeps(time_s: Sound, draw: np.random.Generator) -> Sound:
    """Make a siren."""
    middle_hz, width = draw.uniform(400, 1200), draw.uniform(0.1, 0.5)
    bend = 1 + width * np.sin(2 * np.pi * draw.uniform(0.1, 3) * time_s)
    return np.sin(2 * np.pi * np.cumsum(middle_hz * bend) / SAMPLE_RATE_HZ)


def _clicks(time_s: Sound, draw: np.random.Generator) -> Sound:
    """Make keys, steps, cutlery: short bursts of noise at odd moments."""
    sound = np.zeros_like(time_s)
    for at in np.flatnonzero(draw.random(len(time_s)) < draw.uniform(1, 8) / SAMPLE_RATE_HZ):
        length = min(to_samples(draw.uniform(0.005, 0.08)), len(sound) - int(at))
        decay = np.exp(-np.arange(length) / (length / 5))
        sound[at : at + length] += draw.uniform(0.2, 1) * decay * draw.standard_normal(length)
    return sound


def _music(time_s: Sound, draw: np.random.Generator) -> Sound:
    """Strike notes of a scale over a bass and a beat."""
    sound = np.zeros_like(time_s)
    beat_s = 60 / draw.uniform(60, 160)
    root_hz = draw.uniform(80, 250)
    for at_s in np.arange(0, time_s[-1] - 2, beat_s / 2):
        at, length = to_samples(float(at_s)), to_samples(float(draw.uniform(0.2, 1.5)))
        note_s = time_s[:length]
        for semitones in draw.choice([0, 2, 4, 5, 7, 9, 11, 12, 16, 19], size=draw.integers(1, 4)):
            phase = 2 * np.pi * root_hz * 2 ** (semitones / 12) * note_s
            timbre = np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.25 * np.sin(3 * phase)
            sound[at : at + length] += timbre * np.exp(-3 * note_s)
        drum = draw.standard_normal(800) * np.exp(-np.arange(800) / 150)
        sound[at : at + 800] += draw.choice([0.0, 1.0]) * drum
    return sound


_KINDS: Final[dict[str, Callable[[Sound, np.random.Generator], Sound]]] = {
    "silence": _silence,
    "hiss": _hiss,
    "hum": _hum,
    "beeps": _beeps,
    "sweeps": _sweeps,
    "clicks": _clicks,
    "music": _music,
}
KINDS: Final = tuple(_KINDS)
