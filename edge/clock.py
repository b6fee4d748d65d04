"""The one clock of a stream: samples at 16 kHz since its first, for sound and pictures alike."""

from typing import Final

SAMPLE_RATE_HZ: Final = 16_000


def to_ms(samples: int) -> int:
    """Return the milliseconds of a number of samples."""
    return samples * 1000 // SAMPLE_RATE_HZ


def to_samples(seconds: float) -> int:
    """Return the samples of a number of seconds."""
    return round(seconds * SAMPLE_RATE_HZ)
