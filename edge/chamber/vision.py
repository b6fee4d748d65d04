"""Which things are in a picture, and where? CenterNet on a MobileNetV3 answers, in COCO's names.

The picture is letterboxed, never squashed:
squashed, this network takes a cat for a dog.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from edge.chamber import onnx_session
from edge.config import Vision
from edge.signals import Frame, Pixels

SIDE_PX: Final = 512
"""The network's input is a square."""
PADDING_GREY: Final = 127
SAME_NAME_OVERLAP: Final = 0.5
"""Two boxes of one name that overlap more (intersection over union) are one thing."""
SAME_THING_OVERLAP: Final = 0.8
"""Two boxes of different names that overlap more are one thing; the surer name is kept."""
MOST_THINGS: Final = 8

Canvas = npt.NDArray[np.float32]
"""float32, shape (1, 512, 512, 3), RGB in [0, 255]."""
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
        self._run(np.zeros((1, SIDE_PX, SIDE_PX, 3), np.float32))

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        """Return what a picture shows, surest first, at most `MOST_THINGS`."""
        canvas, scale = letterbox(frame.pixels)
        found = keep(self._run(canvas), self._score)
        canvas.fill(0)
        boxes = to_picture(found, scale, frame.pixels.shape[:2])
        return tuple(
            Detection(self._labels[int(row[5])], float(row[4]), tuple(box.tolist()))
            for row, box in zip(found, boxes, strict=True)
        )

    def _run(self, canvas: Canvas) -> Found:
        (found,) = self._session.run(["detections"], {"images": canvas})
        assert found.shape[2] == 6, found.shape  # noqa: PLR2004 - the width of `Found`
        return np.asarray(found[0], np.float32)


def letterbox(pixels: Pixels) -> tuple[Canvas, float]:
    """Return (height, width, 3) uint8 RGB pixels in the middle of a grey canvas, and the scale."""
    height, width, _ = pixels.shape
    scale = SIDE_PX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    shrinks = scale < 1
    fitted = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    left, top = _margins(scale, (height, width))
    canvas = np.full((1, SIDE_PX, SIDE_PX, 3), PADDING_GREY, np.float32)
    canvas[0, top : top + size[1], left : left + size[0]] = fitted
    fitted.fill(0)
    return canvas, scale


def _margins(scale: float, shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the letterbox's left and top margin for a picture's (height, width)."""
    height, width = shape
    return (SIDE_PX - round(width * scale)) // 2, (SIDE_PX - round(height * scale)) // 2


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
    return overlap(row[:4], other[:4]) > limit


def overlap(box: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """Return intersection over union of two (4,) float32 boxes."""
    width, height = np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2])
    shared = max(0.0, float(width)) * max(0.0, float(height))
    both = float(np.prod(box[2:] - box[:2]) + np.prod(other[2:] - other[:2]))
    return shared / (both - shared) if both > shared else 0.0


def to_picture(found: Found, scale: float, shape: tuple[int, ...]) -> Corners:
    """Return the rows' boxes in shares of a picture of (height, width), the margins taken off."""
    margins = np.array(_margins(scale, shape) * 2, np.float32)
    height, width = shape
    size = np.array([width, height] * 2, np.float32)
    boxes: Corners = np.clip((found[:, :4] - margins) / scale / size, 0, 1).astype(np.float32)
    return boxes
