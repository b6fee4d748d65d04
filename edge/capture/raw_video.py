"""Raw pictures on a pipe, one after another, as a camera's program writes them.

I420: a picture's brightness line by line, then both colours at half its width and height. Nothing
stands between two pictures: where the size is not the one agreed on, all would be noise. So the
program is told the size, and a pipe that ends within a picture is told apart from one that ends.
"""

import os
from typing import Final

import cv2
import numpy as np

from edge.capture.programs import HEIGHT_PX, WIDTH_PX
from edge.signals import Pixels

PICTURE_BYTES: Final = WIDTH_PX * HEIGHT_PX * 3 // 2


class RawVideo:
    """The read end of the pipe. It has the three methods of OpenCV's cameras that we use."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._picture = bytearray(PICTURE_BYTES)
        self.ended_within = 0
        """How many bytes of a picture had come when the pipe ended."""

    def grab(self) -> bool:
        """Wait for the next picture; False when the pipe has ended."""
        place = memoryview(self._picture)
        have = 0
        while have < PICTURE_BYTES:
            came = os.readv(self._descriptor, [place[have:]])
            if not came:
                self.ended_within = have
                place[:have] = bytes(have)
                return False
            have += came
        return True

    def retrieve(self) -> tuple[bool, Pixels]:
        """Return the picture that was grabbed: uint8, shape (height, width, 3), BGR."""
        lines = np.frombuffer(self._picture, np.uint8).reshape(HEIGHT_PX * 3 // 2, WIDTH_PX)
        return True, cv2.cvtColor(lines, cv2.COLOR_YUV2BGR_I420).astype(np.uint8, copy=False)
