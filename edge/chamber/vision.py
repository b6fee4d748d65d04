"""Which things are in a picture, and where? CenterNet on a MobileNetV3 answers, in COCO's names.

The picture is never squashed: squashed, this network takes a cat for a dog. Its longer side is made
512 pixels, and grey is added to the other until it has 384 and the network can halve it five times.
A camera's 4 by 3 needs none.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from edge.chamber import heap, onnx_session
from edge.config import Vision
from edge.signals import Frame, Pixels

SIDE_PX: Final = 512
"""The longer side of what the network sees; half as much, and it misses what is small."""
STRIDE_PX: Final = 32
"""Both sides of what it sees are multiples of it."""
LEAST_PX: Final = 384
"""The shorter side of what it sees of a camera's picture; with less it misses what is small."""
PADDING_GREY: Final = 127
SAME_NAME_OVERLAP: Final = 0.5
"""Two boxes of one name that overlap more (intersection over union) are one thing."""
SAME_THING_OVERLAP: Final = 0.8
"""Two boxes of different names that overlap more are one thing; the surer name is kept."""
RIVAL_OVERLAP: Final = 0.5
"""Another name for a box that overlaps more speaks against the surer one."""
MOST_THINGS: Final = 8

Canvas = npt.NDArray[np.float32]
"""float32, shape (1, height, width, 3), RGB in [0, 255]."""
Found = npt.NDArray[np.float32]
"""float32, shape (n, 6): left, top, right, bottom in pixels of the canvas, score, class."""
Corners = npt.NDArray[np.float32]
"""float32, shape (n, 4): left, top, right, bottom, each in [0, 1] of the picture's size."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing in a picture."""

    label: str
    score: float
    box: tuple[float, float, float, float]
    """Left, top, right, bottom, each in [0, 1] of the picture's width or height."""


class Detector:
    """The object detector, loaded."""

    def __init__(self, model: bytes, labels: str, config: Vision) -> None:
        """Take the bytes of `detector.onnx` and the text of `labels.txt`."""
        self._labels = labels.splitlines()
        self._score = config.object_score
        self._session = onnx_session.session(model, config.threads)

    def warm_up(self) -> None:
        """Run once on nothing, so that all memory and all threads exist before the seal."""
        with heap.kept():
            self._run(np.zeros((1, LEAST_PX, SIDE_PX, 3), np.float32))

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        """Return what a picture shows, surest first, at most `MOST_THINGS`."""
        canvas, scale = letterbox(frame.pixels)
        found = self._run(canvas)
        canvas.fill(0)
        kept = keep(found, self._score)
        boxes = to_picture(kept, scale, frame.pixels.shape[:2])
        things = (
            Detection(self._labels[int(row[5])], sureness(row, found), tuple(box.tolist()))
            for row, box in zip(kept, boxes, strict=True)
        )
        return tuple(sorted(things, key=lambda thing: -thing.score))

    def _run(self, canvas: Canvas) -> Found:
        (found,) = self._session.run(["detections"], {"images": canvas})
        assert found.shape[2] == 6, found.shape  # noqa: PLR2004 - the width of `Found`
        return np.asarray(found[0], np.float32)


def letterbox(pixels: Pixels) -> tuple[Canvas, float]:
    """Return (height, width, 3) uint8 RGB pixels in the middle of a grey canvas, and the scale."""
    shape = pixels.shape[:2]
    scale = SIDE_PX / max(shape)
    height, width = _fitted(scale, shape)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    fitted = cv2.resize(pixels, (width, height), interpolation=how)
    left, top = _margins(scale, shape)
    canvas = np.full((1, *map(_canvas_side, (height, width)), 3), PADDING_GREY, np.float32)
    canvas[0, top : top + height, left : left + width] = fitted
    fitted.fill(0)
    return canvas, scale


def _fitted(scale: float, shape: tuple[int, ...]) -> tuple[int, int]:
    """Return a picture's (height, width) on the canvas."""
    height, width = (max(1, round(side * scale)) for side in shape)
    return height, width


def _canvas_side(side: int) -> int:
    """Return the canvas's side for one of the picture on it."""
    return max(LEAST_PX, math.ceil(side / STRIDE_PX) * STRIDE_PX)


def _margins(scale: float, shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the letterbox's left and top margin for a picture's (height, width)."""
    top, left = ((_canvas_side(side) - side) // 2 for side in _fitted(scale, shape))
    return left, top


def keep(found: Found, lowest_score: float) -> Found:
    """Return the rows that are sure enough, surest first, each thing once."""
    kept: list[npt.NDArray[np.float32]] = []
    for row in sorted(found, key=lambda row: -row[4]):
        if row[4] < lowest_score or len(kept) == MOST_THINGS:
            break
        if not any(_is_same(row, other) for other in kept):
            kept.append(row)
    return np.array(kept, np.float32).reshape(-1, 6)


def _is_same(row: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> bool:
    limit = SAME_NAME_OVERLAP if row[5] == other[5] else SAME_THING_OVERLAP
    return bool(overlap(row[:4], other[:4]) > limit)


def sureness(row: npt.NDArray[np.float32], found: Found) -> float:
    """Return how sure a row's name is: that it is this one, and not the likeliest other one there.

    The network gives each name a score of its own, and what has no name among its 80 often gets
    two: a puffed fish is a cake for 0.62 and a table for 0.24. A cow is hardly anything else.
    """
    is_rival = (found[:, 5] != row[5]) & (overlap(row[:4], found[:, :4]) > RIVAL_OVERLAP)
    return float(row[4] * (1 - found[is_rival, 4].max(initial=0.0)))


def overlap(
    box: npt.NDArray[np.float32], others: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return intersection over union of a (4,) float32 box with one or with (n, 4) others."""
    sides = np.minimum(box[2:], others[..., 2:]) - np.maximum(box[:2], others[..., :2])
    shared = np.maximum(sides, 0).prod(axis=-1)
    areas = (others[..., 2:] - others[..., :2]).prod(axis=-1) + (box[2:] - box[:2]).prod()
    return np.asarray(shared / np.maximum(areas - shared, np.finfo(np.float32).tiny), np.float32)


def to_picture(found: Found, scale: float, shape: tuple[int, ...]) -> Corners:
    """Return the rows' boxes in shares of a picture of (height, width), the margins taken off."""
    margins = np.array(_margins(scale, shape) * 2, np.float32)
    height, width = shape
    size = np.array([width, height] * 2, np.float32)
    boxes: Corners = np.clip((found[:, :4] - margins) / scale / size, 0, 1).astype(np.float32)
    return boxes
