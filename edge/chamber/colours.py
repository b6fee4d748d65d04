"""What colour is a thing? The colour of most of the middle of its box, in words. No model.

A box holds background at its edges, so only its middle counts, and of a vessel only the lower half:
above shows what is in it. A lamp's yellow light is not taken
out: a white cup by candle light is yellowish.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from edge.messages import Colour
from edge.signals import Pixels

SIDE_PX: Final = 24
"""What is looked at is made so small: print and pattern become their mean."""
MIDDLE: Final = 0.2
"""Of each side so much is left out."""
VESSELS: Final = frozenset({"bottle", "bowl", "cup", "potted plant", "vase", "wine glass"})
LEAST_SHARE: Final = 0.45
"""Of the pixels looked at: with less of one colour a thing has none that one would call it by."""
DARK: Final = 60
"""Of 255, the brightest of red, green and blue: below it everything is black."""
PALE: Final = 0.22
"""Saturation below which a colour is none."""
WHITE: Final = 175
BROWN: Final = 165
"""Orange that is less bright."""
SOFT: Final = 0.55
"""Red of less saturation is brown, or pink where it is bright."""
PINK: Final = 190
HUES: Final = (
    (8, Colour.RED),
    (21, Colour.ORANGE),
    (34, Colour.YELLOW),
    (85, Colour.GREEN),
    (130, Colour.BLUE),
    (155, Colour.PURPLE),
    (170, Colour.PINK),
    (181, Colour.RED),
)
"""Up to so many of 180 steps around the circle."""
Corners = tuple[float, float, float, float]
"""Left, top, right, bottom, each in [0, 1] of the picture's width and height."""
Names = npt.NDArray[np.uint8]


def of(pixels: Pixels, label: str, box: Corners) -> Colour:
    """Return the colour of the thing in a box of (height, width, 3) uint8 RGB pixels."""
    height, width, _ = pixels.shape
    left, top, right, bottom = box
    if label in VESSELS:
        top = (top + bottom) / 2
    across, down = MIDDLE * (right - left), MIDDLE * (bottom - top)
    rows = slice(int((top + down) * height), max(int((bottom - down) * height), 1))
    columns = slice(int((left + across) * width), max(int((right - across) * width), 1))
    part = pixels[rows, columns]
    if not part.size:
        return Colour.UNKNOWN
    small = cv2.resize(part, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    names = _named(np.asarray(small, np.uint8))
    small.fill(0)
    counts = np.bincount(names.ravel(), minlength=len(Colour))
    most = int(counts.argmax())
    return Colour(most) if counts[most] >= LEAST_SHARE * names.size else Colour.UNKNOWN


def _named(pixels: Pixels) -> Names:
    """Return the colour of each of (n, n, 3) uint8 RGB pixels."""
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
    hue, saturation, value = (hsv[..., plane] for plane in range(3))
    limits = [limit for limit, _ in HUES]
    codes = np.array([colour for _, colour in HUES], np.uint8)
    names: Names = codes[np.searchsorted(limits, hue, side="right")]
    names[(names == Colour.ORANGE) & (value < BROWN)] = Colour.BROWN
    soft = (names == Colour.RED) & (saturation < SOFT * 255)
    names[soft] = np.where(value[soft] >= PINK, Colour.PINK, Colour.BROWN)
    pale = saturation < PALE * 255
    names[pale] = np.where(value[pale] >= WHITE, Colour.WHITE, Colour.GREY)
    names[value < DARK] = Colour.BLACK
    hsv.fill(0)
    return names
