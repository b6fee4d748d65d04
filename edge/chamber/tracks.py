"""Which things stay the same from one look to the next? No model, no picture and no clock in here.

A detector wavers: a thing is there, is missed once, and is there again. So in a scene that goes on
a thing that is not sure must be found twice before it is told of, and one that is known must be
missed twice before it has left. After a cut nothing can be compared: then one look counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from edge.attention import CENTRE, Point, area, closeness
from edge.messages import Box

AGREEING_LOOKS: Final = 2
MISSED_LOOKS: Final = 2
SURE: Final = 0.5
"""From this score on one look is enough."""
SAME_PLACE: Final = 0.3
"""Boxes of one name that overlap so much (intersection over union) are one thing."""
SAME_THING: Final = 0.6
"""Boxes of different names that overlap so much are one thing, which keeps its name for now."""
NEARER: Final = 1.6
"""A thing whose box grew by this factor came near: it is held up."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A thing as one look found it."""

    label: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class Track:
    """A thing from look to look."""

    number: int
    label: str
    score: float
    box: Box
    looks: int = 1
    missed: int = 0
    other_label: str = ""
    """What the last look took it for, if not for this."""

    @property
    def is_known(self) -> bool:
        """Whether enough looks agree on it."""
        return self.looks >= AGREEING_LOOKS


Tracks = tuple[Track, ...]


def follow(tracks: Tracks, found: Sequence[Sighting], *, after_cut: bool) -> Tracks:
    """Return what is there after another look, surest first."""
    left = list(tracks)
    followed: list[Track] = []
    number = max((track.number for track in tracks), default=0)
    for sighting in sorted(found, key=lambda each: -each.score):
        same = _same(sighting, left)
        if same:
            left.remove(same)
            followed.append(_confirmed(same, sighting, after_cut=after_cut))
            continue
        number += 1
        at_once = after_cut or sighting.score >= SURE
        looks = AGREEING_LOOKS if at_once else 1
        followed.append(Track(number, sighting.label, sighting.score, sighting.box, looks))
    if not after_cut:
        followed += _still_missed(left)
    return tuple(sorted(followed, key=lambda track: -track.score))


def _same(sighting: Sighting, tracks: Sequence[Track]) -> Track | None:
    """Return the track that a sighting goes on with: of its own name, or else at its very place."""

    def likeness(track: Track) -> float:
        shared = overlap(track.box, sighting.box)
        least = SAME_PLACE if track.label == sighting.label else SAME_THING
        return shared + (track.label == sighting.label) if shared >= least else 0.0

    best = max(tracks, key=likeness, default=None)
    return best if best and likeness(best) else None


def _confirmed(track: Track, sighting: Sighting, *, after_cut: bool) -> Track:
    """Return a track that was found again. Another name must be seen twice, or be surer by far."""
    if track.label == sighting.label:
        other_label = ""
    elif after_cut or track.other_label == sighting.label:
        other_label, track = "", replace(track, label=sighting.label)
    else:
        other_label = sighting.label
    looks = AGREEING_LOOKS if after_cut or sighting.score >= SURE else track.looks + 1
    return replace(
        track,
        score=sighting.score,
        box=sighting.box,
        looks=max(looks, track.looks),
        missed=0,
        other_label=other_label,
    )


def _still_missed(tracks: Sequence[Track]) -> list[Track]:
    """Return the tracks that are missed but not given up."""
    missed = [replace(track, missed=track.missed + 1) for track in tracks if track.is_known]
    return [track for track in missed if track.missed < MISSED_LOOKS]


def is_settled(tracks: Tracks) -> bool:
    """Say whether no further look is needed to be certain of what is there."""
    return all(track.is_known and not track.missed and not track.other_label for track in tracks)


def known(tracks: Tracks) -> Tracks:
    """Return the tracks that are certain enough to be told of."""
    return tuple(track for track in tracks if track.is_known)


def is_news(told: Tracks, now: Tracks, point: Point = CENTRE) -> bool:
    """Say whether something came, left, got another name, came near or to the point looked at."""
    before = {track.number: track for track in told}
    names = {track.number: track.label for track in now}
    if names != {number: track.label for number, track in before.items()}:
        return True
    if _attended(told, point) != _attended(now, point):
        return True
    return any(area(track.box) >= NEARER * area(before[track.number].box) for track in now)


def _attended(tracks: Tracks, point: Point) -> int:
    attended = min(tracks, key=lambda track: closeness(track.box, point), default=None)
    return attended.number if attended else 0


def overlap(box: Box, other: Box) -> float:
    """Return intersection over union of two boxes."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    shared = max(0, width) * max(0, height)
    both = area(box) + area(other)
    return shared / (both - shared) if both > shared else 0.0
