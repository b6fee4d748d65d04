"""Has the picture changed enough to be looked at again? No model and no clock in here.

A picture becomes a small grey thumbnail, which is compared with two others. One is of the picture
that was looked at last, not of the last one that came: a scene that changes slowly is noticed in
the end. The other is of the picture right before: what moves is not read, and what has nothing to
do with it is another scene. What a camera's automatic exposure does, brighter or darker all over,
is taken out first.

These two thumbnails are all that is kept of a picture.
"""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from edge.chamber import held
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import Frame, Pixels

Thumbnail = npt.NDArray[np.float32]
"""float32, shape (24, 32), grey in [0, 1]."""

WIDTH_PX: Final = 32
HEIGHT_PX: Final = 24
SAMPLED: Final = 5
"""Pixels of the picture, along each side, of which the mean is one of the thumbnail."""
TILE_PX: Final = 2
"""Of the thumbnail: a tile is as large as a line of a sign across the street."""
TILE_WEIGHT: Final = 0.4
"""One tile that changed 2.5 times as much as the whole picture must is enough."""
GAIN_LIMITS: Final = (0.6, 1.6)
SHIFT_LIMIT: Final = 0.3
"""Exposure explains no more than this; a lens that was covered, or no longer is, is a change."""
STILL: Final = 0.02
"""Of the whole: pictures that differ by no more are of one hand that does not shake."""
STILL_TILE: Final = 0.25
"""Of a tile. More, and something has just come or gone."""
CUT: Final = 0.15
"""Of the whole: pictures that differ by more show different scenes."""
SAME_SCENE_SAMPLES: Final = 6 * SAMPLE_RATE_HZ // 5
"""1.2 s: of pictures further apart each stands for itself, as photographs do."""
DARK: Final = 0.1
"""Grey that hardly any pixel of a dark picture is above."""
BRIGHT_SHARE: Final = 0.05
LIKE: Final = 0.008
"""Pictures that differ by no more than this need no explanation by exposure."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What is known of a picture before it is looked at."""

    is_new: bool
    """It differs from the one looked at last."""
    is_still: bool
    """Nothing moved since the one before, or nothing can be known of that."""
    is_cut: bool
    """It has nothing to do with the one before."""
    is_dark: bool
    is_wanted: bool = False
    """Somebody asked for it: what it shows is told, news or not."""

    def after(self, missed: "Glance") -> "Glance":
        """Return what is known if nobody looked at the picture before this one."""
        return replace(
            self,
            is_new=self.is_new or missed.is_new,
            is_cut=self.is_cut or missed.is_cut,
            is_wanted=self.is_wanted or missed.is_wanted,
        )


class SceneGate:
    """Remembers the picture last looked at, and the last one, and says what is new in another."""

    def __init__(self, change: float) -> None:
        """Take the share of the grey range that must change (`config.vision.scene_change`)."""
        self.change = change
        self._looked_at = _room()
        self._before = _room()
        self._now = _room()
        self._before_at: int | None = None
        self._has_looked = False

    def glance(self, frame: Frame) -> Glance:
        """Compare a picture with those before."""
        self._before, self._now = self._now, self._before
        into(self._now, frame.pixels)
        first = self._before_at is None
        apart = difference(self._before, self._now)
        late = first or frame.at - (self._before_at or 0) > SAME_SCENE_SAMPLES
        self._before_at = frame.at
        is_cut = late or apart.whole > CUT
        is_still = apart.whole <= STILL and apart.tile <= STILL_TILE
        is_dark = _is_dark(self._now)
        is_new = (
            not self._has_looked
            or is_dark != _is_dark(self._looked_at)
            or difference(self._looked_at, self._now).size >= self.change
        )
        return Glance(is_new, is_cut or is_still, is_cut, is_dark)

    def stood_still(self, at: int) -> None:
        """Know that a picture was taken at this moment that shows what the last one showed."""
        self._before_at = at

    def look(self) -> None:
        """Let the last picture be the one that later ones must differ from."""
        self._looked_at[:] = self._now
        self._has_looked = True


def _room() -> Thumbnail:
    return held.floats(HEIGHT_PX * WIDTH_PX).reshape(HEIGHT_PX, WIDTH_PX)


def _is_dark(thumbnail: Thumbnail) -> bool:
    return int(np.count_nonzero(thumbnail > DARK)) < BRIGHT_SHARE * thumbnail.size


def into(thumbnail: Thumbnail, pixels: Pixels) -> None:
    """Make a thumbnail of (height, width, 3) uint8 RGB pixels: each of its pixels a mean."""
    sampled_size = WIDTH_PX * SAMPLED, HEIGHT_PX * SAMPLED
    sampled = cv2.resize(pixels, sampled_size, interpolation=cv2.INTER_NEAREST)
    grey = cv2.cvtColor(sampled, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA)
    np.divide(small, np.float32(255), out=thumbnail)
    for made in (sampled, grey, small):
        made.fill(0)  # numpy keeps blocks of less than 1 KiB as they are for the next of their size


class Difference(NamedTuple):
    """How much two thumbnails differ, each in [0, 1]."""

    whole: float
    """Mean difference in grey."""
    tile: float
    """Mean in the tile that differs most: a cup on the table is a small part of the picture."""

    @property
    def size(self) -> float:
        """All in all."""
        return max(self.whole, TILE_WEIGHT * self.tile)


def difference(before: Thumbnail, after: Thumbnail) -> Difference:
    """Return how much two thumbnails differ, whatever the exposure of each."""
    apart = _apart(after, before)
    return apart if apart.size <= LIKE else _apart(_exposed_like(after, before), before)


def _apart(one: Thumbnail, other: Thumbnail) -> Difference:
    differences = np.abs(one - other)
    tiles = differences.reshape(HEIGHT_PX // TILE_PX, TILE_PX, WIDTH_PX // TILE_PX, TILE_PX)
    return Difference(float(differences.mean()), float(tiles.mean(axis=(1, 3)).max()))


def _exposed_like(other: Thumbnail, model: Thumbnail) -> Thumbnail:
    """Return `other` with the middle grey and the contrast of `model`, as far as exposure goes.

    Medians, because an object that came or went must not shift the rest of the picture.
    """
    grey, model_grey = np.median(other), np.median(model)
    contrast = np.median(np.abs(other - grey))
    model_contrast = np.median(np.abs(model - model_grey))
    gain = np.clip((model_contrast + 0.01) / (contrast + 0.01), *GAIN_LIMITS)
    meant_grey = np.clip(model_grey, grey - SHIFT_LIMIT, grey + SHIFT_LIMIT)
    return np.asarray(np.clip((other - grey) * gain + meant_grey, 0, 1), np.float32)
