"""How well is the wearer told from others, and what does it cost?

Two questions. Of every two clips of `LONG_S` or more: same voice or not, and where is the threshold
at which both errors are equal? And as the product does it: each speaker enrols with the first half
of the clips, then the other half and everybody else's are judged, whole and cut short.
"""

import itertools
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from edge.bench import CannotMeasure
from edge.bench.clips import load_clip, read_manifest
from edge.chamber.speaker import decoded, encoded, verdict
from edge.chamber.voice import Floats, Voice
from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.messages import Speaker, VoiceProfile
from edge.signals import Samples
from models import manifest

LONG_S: Final = 3.0
ENROLLING_CLIPS: Final = 3
"""Who has fewer clips enrols nowhere, but is judged everywhere."""
PIECES_S: Final = (0.5, 0.75, 1.0, 1.5, 3.0)
MOST_PIECES: Final = 3
"""Of one clip."""
SPOKEN: Final = 0.3
"""A piece with less of its clip's mean power than this is mostly a pause."""


class Clip(msgspec.Struct, frozen=True):
    """One line of a speech manifest; further keys are ignored."""

    file: str
    speaker: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A clip's sound, and who spoke."""

    speaker: str
    samples: Samples

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Judged:
    """What of a sound is judged: its embeddings and its length."""

    speaker: str
    windows: Floats
    seconds: float


def measure(manifest_path: Path) -> dict[str, Any]:
    """Measure on the clips of a manifest; raise CannotMeasure."""
    voice = Voice(manifest.read("ge2e", "voice.onnx"))
    voice.warm_up()
    clips = [
        Heard(clip.speaker, load_clip(manifest_path.parent / clip.file))
        for clip in read_manifest(manifest_path, Clip, ("file", "speaker"))
    ]
    long = [clip for clip in clips if clip.seconds >= LONG_S]
    began_s = time.process_time()
    means = np.stack([_mean(voice.embed(clip.samples)) for clip in long])
    spent_s = time.process_time() - began_s
    return {
        "model": "ge2e int8",
        **_pairs([clip.speaker for clip in long], means),
        "cpu_ms_per_utterance": round(1000 * spent_s / len(long), 1),
        "cpu_ms_per_s_of_speech": round(1000 * spent_s / sum(clip.seconds for clip in long), 2),
        "as_enrolled": list(_as_enrolled(voice, clips)),
    }


def equal_error_rate(same: Floats, different: Floats) -> tuple[float, float]:
    """Return the rate at which as many of the one are refused as of the other taken; and where."""
    thresholds = np.sort(np.concatenate([same, different]))
    refused = np.searchsorted(np.sort(same), thresholds) / len(same)
    taken = 1 - np.searchsorted(np.sort(different), thresholds) / len(different)
    place = int(np.abs(refused - taken).argmin())
    return float((refused[place] + taken[place]) / 2), float(thresholds[place])


def _pairs(speakers: Sequence[str], means: Floats) -> dict[str, Any]:
    alike = means @ means.T
    pairs = list(itertools.combinations(range(len(speakers)), 2))
    is_same = np.array([speakers[one] == speakers[other] for one, other in pairs])
    scores = np.array([alike[pair] for pair in pairs], np.float32)
    if not is_same.any() or is_same.all():
        raise CannotMeasure("it takes two speakers, and two clips of one of them")
    rate, threshold = equal_error_rate(scores[is_same], scores[~is_same])
    return {
        "equal_error_rate": round(rate, 4),
        "threshold": round(threshold, 3),
        "pairs": len(pairs),
        "pairs_same": int(is_same.sum()),
        "clips": len(speakers),
        "speakers": len(set(speakers)),
    }


def _as_enrolled(voice: Voice, clips: Sequence[Heard]) -> Iterator[dict[str, Any]]:
    profiles, left = _enrolled(voice, clips)
    for seconds in (None, *PIECES_S):
        heard = [
            Judged(clip.speaker, voice.embed(piece), len(piece) / SAMPLE_RATE_HZ)
            for clip in left
            for piece in (pieces(clip.samples, seconds) if seconds else [clip.samples])
        ]
        yield {"length": f"{seconds}s" if seconds else "whole", **_judged(profiles, heard)}


def _enrolled(voice: Voice, clips: Sequence[Heard]) -> tuple[dict[str, VoiceProfile], list[Heard]]:
    """Return the profile of each who has clips enough, and the clips that were not used for it."""
    of_speaker: dict[str, list[Heard]] = defaultdict(list)
    for clip in clips:
        of_speaker[clip.speaker].append(clip)
    profiles, left = {}, []
    for speaker, theirs in of_speaker.items():
        used = len(theirs) // 2 if len(theirs) >= ENROLLING_CLIPS else 0
        if used:
            windows = np.concatenate([voice.embed(clip.samples) for clip in theirs[:used]])
            profiles[speaker] = encoded(_mean(windows))
        left += theirs[used:]
    return profiles, left


def _judged(profiles: dict[str, VoiceProfile], heard: Sequence[Judged]) -> dict[str, Any]:
    own: list[bool] = []
    others: list[bool] = []
    for wearer, profile in profiles.items():
        known = decoded(profile)
        for said in heard:
            taken = verdict(said.windows, known, said.seconds).speaker is Speaker.WEARER
            (own if said.speaker == wearer else others).append(taken)
    return {
        "wearer_missed": round(1 - float(np.mean(own)), 4),
        "of": len(own),
        "others_taken": round(float(np.mean(others)), 4),
        "of_others": len(others),
    }


def pieces(samples: Samples, seconds: float) -> list[Samples]:
    """Return a few pieces of so many seconds with speech in them."""
    length = to_samples(seconds)
    least = SPOKEN * float(np.mean(samples**2))
    starts = range(0, len(samples) - length + 1, length)
    found = [samples[start : start + length] for start in starts]
    return [piece for piece in found if float(np.mean(piece**2)) > least][:MOST_PIECES]


def _mean(windows: Floats) -> Floats:
    mean: Floats = windows.mean(axis=0)
    return mean / np.linalg.norm(mean)
