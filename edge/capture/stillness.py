"""How often is a picture taken, and which are worth handing over?

As often as configured while something changes, seldom while nothing does. To decode a picture and
hand it over costs more than all that is done with one of a still scene. So once the pictures of a
few seconds have been alike, the next is taken a second later, and only one in five is handed over;
of the others the chamber is told that they were taken. The first one that differs brings the old
pace back. A small picture of 32 by 24 is kept for that.
"""

from typing import Final

import cv2
import numpy as np

from edge.capture.wishes import Wishes
from edge.signals import Pixels

STILL_INTERVAL_S: Final = 1.0
"""Short enough for the chamber to take the next picture for one of the same scene."""
SELDOM: Final = 2.0
"""So many times as long between two pictures where the launcher wants fewer."""
ALIKE_S: Final = 3.0
"""Before the pace slows; enough for the chamber to settle what is there."""
HANDED_OVER: Final = 5
"""One in so many of a still scene: a chamber that was busy may not have settled what is there."""
WHOLE: Final = 4.0
"""Of 255 grey levels, in the mean: more is a change."""
PART: Final = 25.0
"""The same in the small picture's pixel that differs most; a camera's noise comes to half of it."""
SAMPLED_SIZE: Final = 160, 120
SMALL_SIZE: Final = 32, 24


class Stillness:
    """Follows one stream of pictures."""

    def __init__(self, frames_per_s: float, wishes: Wishes | None = None) -> None:
        self._wishes = wishes or Wishes()
        self._usual_s = 1 / frames_per_s
        self._alike_s = 0.0
        self._left_out = 0
        self._first: Pixels | None = None
        """The first of those that were alike: a scene that drifts does not stand still."""

    @property
    def interval_s(self) -> float:
        """How long after this picture the next is to be taken."""
        interval_s = max(self._usual_s, STILL_INTERVAL_S) if self._is_still else self._usual_s
        return interval_s * SELDOM if self._wishes.is_seldom else interval_s

    @property
    def is_wanted_now(self) -> bool:
        """Whether the next picture is not waited for."""
        return self._wishes.is_picture_wanted

    @property
    def _is_still(self) -> bool:
        return self._alike_s >= ALIKE_S

    def taken(self, pixels: Pixels) -> bool:
        """Say whether (height, width, 3) uint8 pixels are to be handed over."""
        sampled = cv2.resize(pixels, SAMPLED_SIZE, interpolation=cv2.INTER_NEAREST)
        small = np.asarray(cv2.resize(sampled, SMALL_SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        sampled.fill(0)
        if self._first is not None and _are_alike(self._first, small):
            self._alike_s += self._usual_s
        else:
            self._first, self._alike_s, self._left_out = small, 0.0, 0
        if self._wishes.is_picture_wanted:
            self._wishes.grant()
            self._alike_s = 0.0  # who asks may ask again
        if not self._is_still:
            return True
        self._left_out = (self._left_out + 1) % HANDED_OVER
        return not self._left_out


def _are_alike(one: Pixels, other: Pixels) -> bool:
    apart = cv2.absdiff(one, other)
    return float(apart.mean()) <= WHOLE and float(apart.max()) <= PART
