"""How many faces are turned to the camera? BlazeFace answers, and nothing else is asked of a face.

No identity, no feeling, no embedding: what is kept of a face is that it counts as one. The network
takes a cat or a cup for one now and then, so it is asked only where a person is in view.
"""

import math
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from edge.chamber import onnx_session
from edge.signals import Frame, Pixels

SIDE_PX: Final = 256
"""The network's input is a square."""
GRIDS: Final = (("16", 16, 2), ("32", 32, 6))
"""Name, pixels of a cell, anchors of a cell."""
SCORE: Final = 0.6
SAME_FACE: Final = 0.3
"""Boxes that overlap so much (intersection over union) are of one face."""
MOST_FACES: Final = 8
OUTPUTS: Final = [f"{what}_{name}" for what in ("scores", "boxes") for name, _, _ in GRIDS]

Rows = npt.NDArray[np.float32]


class Faces:
    """The face detector, loaded."""

    def __init__(self, model: bytes, threads: int) -> None:
        """Take the bytes of `faces.onnx`."""
        self._session = onnx_session.session(model, threads)
        self._anchors = np.concatenate([_centres(cell, each) for _, cell, each in GRIDS])

    def warm_up(self) -> None:
        """Run once on nothing."""
        self.count(Frame(np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8), 0))

    def count(self, frame: Frame) -> int:
        """Return how many faces a picture shows, at most `MOST_FACES`."""
        canvas = _letterbox(frame.pixels)
        *scores, fine, coarse = self._session.run(OUTPUTS, {"picture": canvas})
        canvas.fill(0)
        logits = np.concatenate([each[0, :, 0] for each in scores])
        boxes = np.concatenate([fine[0, :, :4], coarse[0, :, :4]])
        sure = np.flatnonzero(logits > math.log(SCORE / (1 - SCORE)))
        best = sure[np.argsort(-logits[sure])]
        return len(_distinct(_corners(boxes[best], self._anchors[best]))[:MOST_FACES])


def _letterbox(pixels: Pixels) -> Rows:
    """Return (height, width, 3) pixels in a black square, (1, 256, 256, 3) in [-1, 1]."""
    height, width, _ = pixels.shape
    scale = SIDE_PX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    fitted = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    left, top = (SIDE_PX - size[0]) // 2, (SIDE_PX - size[1]) // 2
    canvas = np.full((1, SIDE_PX, SIDE_PX, 3), -1, np.float32)
    canvas[0, top : top + size[1], left : left + size[0]] = fitted / np.float32(127.5) - 1
    fitted.fill(0)
    return canvas


def _centres(cell_px: int, each: int) -> Rows:
    """Return the middles of a grid's cells, (n, 2): row by row, each so many times."""
    middles = np.arange(cell_px / 2, SIDE_PX, cell_px, dtype=np.float32)
    x, y = np.meshgrid(middles, middles)
    return np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), each, axis=0)


def _corners(boxes: Rows, anchors: Rows) -> Rows:
    """Return (n, 4) left, top, right, bottom of boxes given as offset and size."""
    middles, halves = boxes[:, :2] + anchors, boxes[:, 2:] / 2
    return np.concatenate([middles - halves, middles + halves], axis=1)


def _distinct(boxes: Rows) -> list[Rows]:
    """Return the boxes, surest first, each face once."""
    kept: list[Rows] = []
    for box in boxes:
        if all(_overlap(box, other) <= SAME_FACE for other in kept):
            kept.append(box)
    return kept


def _overlap(box: Rows, other: Rows) -> float:
    width, height = np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2])
    shared = max(0.0, float(width)) * max(0.0, float(height))
    both = float(np.prod(box[2:] - box[:2]) + np.prod(other[2:] - other[:2]))
    return shared / (both - shared) if both > shared else 0.0
