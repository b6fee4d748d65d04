"""Parts of every picture that nobody may see: blackened before anything looks at it."""

import math
from collections.abc import Sequence

from edge.config import Part
from edge.signals import Frame


def blacken(frame: Frame, parts: Sequence[Part]) -> None:
    """Overwrite parts of a picture, in the memory in which it came."""
    height, width, _ = frame.pixels.shape
    for left, top, right, bottom in parts:
        rows = slice(math.floor(top * height), math.ceil(bottom * height))
        columns = slice(math.floor(left * width), math.ceil(right * width))
        frame.pixels[rows, columns] = 0
