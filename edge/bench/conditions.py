"""In what are the clips heard? As they are, in noise, in a room; the same samples for all.

A condition is one stream (`edge/bench/stream.py`), which a chamber hears as a whole. Engines that
are asked clip by clip get their clips cut out of that very stream.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge.bench import CannotMeasure, reverberation, stream
from edge.bench.clips import load_clip
from edge.signals import Samples

CLEAN: Final = "clean"
ROOM: Final = "room"
GAP_S: Final = 2.0
"""Silence, or noise alone, between two clips: longer than any endpoint."""


@dataclass(frozen=True, slots=True)
class Noise:
    """What is heard under the clips."""

    folder: Path
    """Of sound files without speech."""
    snr_db: tuple[float, ...]
    """How much louder speech is; each is a condition."""


@dataclass(frozen=True, slots=True)
class Condition:
    """All clips as they are heard in one place."""

    name: str
    samples: Samples
    parts: list[stream.Part]

    @property
    def clips(self) -> list[Samples]:
        """Each clip by itself, with what is heard under it."""
        return [self.samples[part.start : part.end] for part in self.parts]


def conditions(
    clips: Sequence[Samples], noise: Noise | None = None, *, room: bool = False
) -> Iterator[Condition]:
    """Yield `20 dB` and so on, then `room`; `clean` where nothing is asked for.

    Raises CannotMeasure.
    """
    gaps_s = [GAP_S] * len(clips)
    if noise:
        noises = load_noises(noise.folder)
        levelled, parts = stream.join([stream.level(clip) for clip in clips], gaps_s)
        for snr_db in noise.snr_db:
            yield Condition(f"{snr_db:g} dB", stream.under(levelled, noises, snr_db), parts)
    samples, parts = stream.join(clips, gaps_s)
    if room:
        yield Condition(ROOM, reverberation.in_room(samples), parts)
    if not (noise or room):
        yield Condition(CLEAN, samples, parts)


def load_noises(folder: Path) -> list[Samples]:
    """Return every sound of a folder, in the order of their names; raise CannotMeasure."""
    noises = [load_clip(path) for path in sorted(folder.glob("*.flac"))]
    if not noises:
        raise CannotMeasure(f"there is no *.flac in {folder}")
    return noises
