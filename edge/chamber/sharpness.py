"""Is a picture, or a line of print in it, sharp enough to be looked at? No model in here.

A whole picture is judged by what it would lose if it were blurred once more (F. Crete, T. Dolmiere,
P. Ladret and M. Nicolas, "The blur effect", 2007): next to nothing, if it is blurred already. Print
is judged by its steepest edges: read from softer ones, an 8 is as likely a 0, and the recogniser is
sure of either.
"""

from typing import Final

import cv2
import numpy as np

from edge.signals import Pixels

SIDE_PX: Final = 320
"""A picture's longer side when it is judged; finer blur does not keep things from being named."""
BLUR_PX: Final = 9
BLURRED: Final = 0.6
"""Photographs in focus have 0.2 to 0.5, those out of focus or shaken by an arm 0.6 to 0.9."""
LEGIBLE: Final = 0.115
"""Of black on white from one pixel to the next, in print 48 pixels high."""


def blur(pixels: Pixels) -> float:
    """Return how blurred (height, width, 3) uint8 RGB pixels are, 0 to 1."""
    height, width, _ = pixels.shape
    scale = min(1.0, SIDE_PX / max(height, width))
    size = max(2, round(width * scale)), max(2, round(height * scale))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    found = max(_kept(grey, axis) for axis in (0, 1))
    small.fill(0)
    grey.fill(0)
    return found


def _kept(grey: cv2.typing.MatLike, axis: int) -> float:
    """Return which share of the differences along an axis is left after another blur."""
    kernel = (BLUR_PX, 1) if axis else (1, BLUR_PX)
    softer = cv2.blur(grey, kernel)
    before, after = np.abs(np.diff(grey, axis=axis)), np.abs(np.diff(softer, axis=axis))
    total = float(before.sum())
    lost = float(np.maximum(0, before - after).sum())
    softer.fill(0)
    return 1 - lost / total if total else 0.0


def of_print(line: Pixels) -> float:
    """Return how steep the edges of a (48, width, 3) uint8 RGB line of print are, 0 to 1."""
    grey = cv2.cvtColor(line, cv2.COLOR_RGB2GRAY).astype(np.float32)
    darkest, lightest = np.percentile(grey, (2, 98))
    across = np.abs(np.diff(grey, axis=1))[:-1]
    down = np.abs(np.diff(grey, axis=0))[:, :-1]
    steepest = float(np.percentile(np.maximum(across, down), 98)) if across.size else 0.0
    for made in (grey, across, down):
        made.fill(0)
    return steepest / max(1.0, float(lightest - darkest))
