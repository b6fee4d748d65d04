"""How often is a picture taken? As configured while something changes, seldom while nothing does.

To decode a picture and hand it over costs more than all that is done with one of a still scene.
So once the pictures of a few seconds have been alike, the next is taken a second later; the first
one that differs brings the old pace back. A small picture of 32 by 24 is kept for that.
"""

from typing import Final

import cv2
import numpy as np

from edge.signals import Pixels

STILL_INTERVAL_S: Final = 1.0
"""Short enough for the chamber to take the next picture for one of the same scene."""
ALIKE_S: Final = 3.0
"""Before the pace slows; enough for the chamber to settle what is there."""
WHOLE: Final = 4.0
"""Of 255 grey levels, in the mean: more is a change."""
PART: Final = 25.0
"""The same in the small picture's pixel that differs most; a camera's noise comes to half of it."""
SAMPLED_SIZE: Final = 160, 120
SMALL_SIZE: Final = 32, 24


class Stillness:
    """Follows one stream of pictures."""

    def __init__(self, frames_per_s: float) -> None:
        self._usual_s = 1 / frames_per_s
        self._alike_s = 0.0
        self._first: Pixels | None = None
        """The first of those that were alike: a scene that drifts does not stand still."""

    @property
    def interval_s(self) -> float:
        """How long after this picture the next is to be taken."""
        is_still = self._alike_s >= ALIKE_S
        return max(self._usual_s, STILL_INTERVAL_S) if is_still else self._usual_s

    def taken(self, pixels: Pixels) -> None:
        """Compare (height, width, 3) uint8 pixels with those before."""
        sampled = cv2.resize(pixels, SAMPLED_SIZE, interpolation=cv2.INTER_NEAREST)
        small = np.asarray(cv2.resize(sampled, SMALL_SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        sampled.fill(0)
        if self._first is not None and _are_alike(self._first, small):
            self._alike_s += self._usual_s
        else:
            self._first, self._alike_s = small, 0.0


def _are_alike(one: Pixels, other: Pixels) -> bool:
    apart = cv2.absdiff(one, other)
    return float(apart.mean()) <= WHOLE and float(apart.max()) <= PART
