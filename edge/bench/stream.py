"""How do clips become a stream whose beginnings and ends of speech are known?

Clips are laid one after the other with gaps between them that a seed draws, and noise, if any, lies
under all of it. Where speech truly ends is read from the clean clip, by its energy.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.messages import Transcript
from edge.signals import Samples

LEAD_IN_S: Final = 3.0
"""Before the first clip: the noise floor is that of the last three seconds."""
SEED: Final = 60
SHORTEST_GAP_S: Final = 0.8
LONGEST_GAP_S: Final = 3.0

LEVEL_DB: Final = -26.0
"""Of speech, under full scale: as loud as telephony wants it."""
FRAME_SAMPLES: Final = SAMPLE_RATE_HZ // 100
BELOW_LOUD_DB: Final = 35.0
ABOVE_FLOOR_DB: Final = 10.0


@dataclass(frozen=True, slots=True)
class Part:
    """One clip's place in a stream, in samples."""

    start: int
    end: int
    speech_start: int
    speech_end: int
    """Where speech truly begins and ends."""


class Words:
    """What was heard of each clip of a stream, of which each begins at a sample."""

    def __init__(self, starts: Sequence[int]) -> None:
        self.texts = [""] * len(starts)
        self._starts = list(starts)
        self._before = ""
        """Of the clip of the newest utterance, the text without that."""

    def take(self, heard: Transcript) -> int:
        """Take the next utterance; return which clip it was in, -1 for what came before all."""
        middle = (heard.start_ms + heard.end_ms) * SAMPLE_RATE_HZ // 2000
        clip = bisect_right(self._starts, middle) - 1
        if clip >= 0:
            self._before = self._before if heard.goes_on else self.texts[clip]
            self.texts[clip] = f"{self._before} {heard.text}".strip()
        return clip


def join(clips: Sequence[Samples], gaps_s: Sequence[float]) -> tuple[Samples, list[Part]]:
    """Lay clips on a stream, each followed by its gap."""
    pieces, parts, at = [np.zeros(to_samples(LEAD_IN_S), np.float32)], [], to_samples(LEAD_IN_S)
    for clip, gap_s in zip(clips, gaps_s, strict=True):
        begins, ends = speech_of(clip)
        parts.append(Part(at, at + len(clip), at + begins, at + ends))
        pieces += [clip, np.zeros(to_samples(gap_s), np.float32)]
        at += len(clip) + len(pieces[-1])
    return np.concatenate(pieces), parts


def gaps(count: int, seed: int = SEED) -> list[float]:
    """Draw so many gaps, in seconds."""
    drawn = np.random.default_rng(seed).uniform(SHORTEST_GAP_S, LONGEST_GAP_S, count)
    return [float(gap_s) for gap_s in drawn]


def speech_of(clip: Samples) -> tuple[int, int]:
    """Return where speech begins and ends in a clean clip, in samples, to 10 ms.

    Speech is what is within 35 dB of the clip's loud parts, and 10 dB over its own noise floor.
    """
    frames = clip[: len(clip) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    level_db = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    floor_db, loud_db = np.percentile(level_db, [5, 95])
    threshold_db = max(loud_db - BELOW_LOUD_DB, min(floor_db + ABOVE_FLOOR_DB, loud_db - 10))
    speech = np.flatnonzero(level_db > threshold_db)
    return int(speech[0]) * FRAME_SAMPLES, int(speech[-1] + 1) * FRAME_SAMPLES


def level(sound: Samples, db: float = LEVEL_DB) -> Samples:
    """Return a sound with its root mean square at a level."""
    levelled: Samples = sound * np.float32(10 ** (db / 20) / np.sqrt(np.mean(sound**2)))
    return levelled


def under(stream: Samples, noises: Sequence[Samples], snr_db: float) -> Samples:
    """Return a stream of levelled clips with noises under it, in turn, each as loud as the others.

    The ratio holds for each clip by itself; what would be too loud for 16 bits is clipped.
    """
    noise = np.concatenate([level(noise, LEVEL_DB - snr_db) for noise in noises])
    return np.clip(stream + np.resize(noise, len(stream)), -1, 1)
