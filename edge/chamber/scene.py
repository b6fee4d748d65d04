"""Has the picture changed enough to be looked at again? No model and no clock in here.

A picture becomes a small grey thumbnail, which is compared with
the thumbnail of the last picture that was looked at, not of the last one that came: a scene that
changes slowly is noticed in the end. What a camera's automatic exposure does, brighter or darker
all over, is taken out first.

That one thumbnail is all that is kept of a picture, until the next one is looked at.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from edge.chamber import held
from edge.signals import Frame, Pixels

Thumbnail = npt.NDArray[np.float32]
"""float32, shape (24, 32), grey in [0, 1]."""

WIDTH_PX: Final = 32
HEIGHT_PX: Final = 24
TILES: Final = 4
"""Along each side: a tile is a sixteenth of the picture."""
TILE_WEIGHT: Final = 0.4
"""One tile that changed 2.5 times as much as the whole picture must is enough."""
GAIN_LIMITS: Final = (0.6, 1.6)
"""Exposure explains no more than this; a lens that was covered is a change."""


class SceneGate:
    """Remembers the picture last looked at and says when another one is worth a look."""

    def __init__(self, change: float) -> None:
        """Take the share of the grey range that must change (`config.vision.scene_change`)."""
        self.change = change
        self._kept: Thumbnail = held.floats(HEIGHT_PX * WIDTH_PX).reshape(HEIGHT_PX, WIDTH_PX)
        self.looked_at: Thumbnail | None = None

    def is_new(self, frame: Frame) -> bool:
        """Say whether to look at a picture; if so it is the one that later ones must differ from.

        The first picture always is.
        """
        now = thumbnail(frame.pixels)
        is_new = self.looked_at is None or difference(self.looked_at, now) >= self.change
        if is_new:
            self._kept[:] = now
            self.looked_at = self._kept
        now.fill(0)
        return is_new


def thumbnail(pixels: Pixels) -> Thumbnail:
    """Return the thumbnail of (height, width, 3) uint8 RGB pixels: each of its pixels a mean."""
    small = cv2.resize(pixels, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    shades = np.asarray(grey, np.float32) / np.float32(255)
    small.fill(0)
    grey.fill(0)  # numpy keeps blocks of less than 1 KiB as they are for the next of their size
    return shades


def difference(before: Thumbnail, after: Thumbnail) -> float:
    """Return how much two thumbnails differ in [0, 1], whatever the exposure of each.

    It is the mean difference in grey, or a share of the mean in the tile that differs most: a cup
    put on the table is a small part of the picture.
    """
    apart = np.abs(_exposed_like(after, before) - before)
    tiles = apart.reshape(TILES, HEIGHT_PX // TILES, TILES, WIDTH_PX // TILES).mean(axis=(1, 3))
    return float(max(apart.mean(), TILE_WEIGHT * tiles.max()))


def _exposed_like(other: Thumbnail, model: Thumbnail) -> Thumbnail:
    """Return `other` with the middle grey and the contrast of `model`, as far as exposure goes.

    Medians, because an object that came or went must not shift the rest of the picture.
    """
    grey, model_grey = np.median(other), np.median(model)
    contrast = np.median(np.abs(other - grey))
    model_contrast = np.median(np.abs(model - model_grey))
    gain = np.clip((model_contrast + 0.01) / (contrast + 0.01), *GAIN_LIMITS)
    return np.asarray(np.clip((other - grey) * gain + model_grey, 0, 1), np.float32)
