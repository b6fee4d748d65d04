"""A folder of pictures, or one picture, as a film of so many seconds a picture."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from edge.capture import BadSource
from edge.capture.sources import shown
from edge.clock import to_samples
from edge.signals import Frame, Pixels
from edge.slot import MAX_SIDE_PX, End

MAX_PICTURE_BYTES: Final = 64 * 1024 * 1024
"""A larger file is no photograph."""


def signals(
    paths: tuple[Path, ...], picture_s: float, skip: int, unreadable: Callable[[Path], None]
) -> Iterator[Frame | End]:
    """Yield each picture once, at the moment at which it begins, then the film's end.

    A still picture does not change, so it is not repeated. The film goes on without a picture
    that cannot be read (`unreadable` is told), but raises BadSource when there is no other.
    """
    seen = False
    for place, path in enumerate(paths):
        begin, end = to_samples(place * picture_s), to_samples((place + 1) * picture_s)
        if end <= skip:
            seen = True
            continue
        pixels = read(path)
        if pixels is None:
            unreadable(path)
            continue
        seen = True
        yield Frame(pixels, max(begin, skip))
    if not seen:
        what = f"{shown(paths[0])} is no picture" if len(paths) == 1 else "none is a picture"
        raise BadSource(f"{what} that can be read (jpg, jpeg, png, webp, bmp)")
    yield End(max(skip, to_samples(len(paths) * picture_s)))


def read(path: Path) -> Pixels | None:
    """Return a picture, the right way up and of a size that fits; None if it is none.

    Returns uint8, shape (height, width, 3), RGB.
    """
    try:
        with path.open("rb") as file:
            # A read asks for as much memory as it may return, and all of it is written on (`seal`).
            size_bytes = min(os.fstat(file.fileno()).st_size, MAX_PICTURE_BYTES)
            encoded = np.frombuffer(file.read(size_bytes), np.uint8)
        pixels = cv2.imdecode(encoded, cv2.IMREAD_COLOR_RGB) if len(encoded) else None
    except (OSError, cv2.error):
        return None
    return None if pixels is None else fit(pixels.astype(np.uint8, copy=False))


def fit(pixels: Pixels) -> Pixels:
    """Return the picture with its longer side at most `MAX_SIDE_PX`."""
    height, width, _ = pixels.shape
    scale = MAX_SIDE_PX / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
