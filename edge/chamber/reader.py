"""What text is in a picture? PP-OCR finds it, then reads it, in bounded memory.

One network marks the pixels of text, `text_regions` turns the marks into rectangles, and
a second network reads each rectangle once it is turned upright. The first one looks at the picture
small; where nothing in it looks like text, that is all. Else it looks again, closer. A rectangle
that is not sharp is counted, not read. Lines are read one at a time and their width is capped.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from edge.attention import CENTRE, Point, closeness
from edge.chamber import heap, onnx_session, sharpness, text_regions
from edge.chamber.text_regions import Region
from edge.config import Vision
from edge.messages import Box
from edge.signals import Frame, Pixels

FIRST_SIDE_PX: Final = 320
"""A picture's longer side for the first look: print of 4 pixels shows, and it takes 15 ms."""
MOST_AREA: Final = 0.75
"""Of the square of its longer side. What the first network needs grows with the area."""
STRIDE_PX: Final = 32
"""Both sides of what the first network sees are multiples of it."""
LINE_HEIGHT_PX: Final = 48
"""What the second network reads is this high."""
LEAST_LINE_WIDTH_PX: Final = 320
"""Shorter lines are padded to it, as in the network's training."""
MOST_LINE_WIDTH_PX: Final = 1280
"""Longer lines are squeezed; a row of print across a whole picture stays legible."""
MOST_REGIONS: Final = 16
"""Read in one picture, what one looks at first, then the largest print. A page of a book is not
what a glance gives."""
MOST_LINES: Final = 12
MOST_CHARACTERS: Final = 120
"""Of one line."""
MOST_TEXT_BYTES: Final = 1200
"""Of all lines of a picture in UTF-8, so that what was seen fits one packet of the airlock."""
LEAST_WORD_CHARACTERS: Final = 2
"""Letters or digits of a line. A single one is more often a round or upright thing than text."""
BLANK: Final = 0

Planes = npt.NDArray[np.float32]
"""float32, shape (1, 3, height, width), blue, green, red in [-1, 1]."""
Probabilities = npt.NDArray[np.float32]
"""float32, shape (steps, characters): of each character at each step along a line, blank first."""


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line of text in a picture."""

    text: str
    score: float
    box: tuple[float, float, float, float]
    """Left, top, right, bottom, each in [0, 1] of the picture's width or height."""


@dataclass(frozen=True, slots=True)
class Page:
    """All text of a picture."""

    lines: tuple[ReadLine, ...] = ()
    """Top to bottom, left to right, at most `MOST_LINES`."""
    illegible: int = 0
    """Pieces of text that are there, but could not be read."""


class Reader:
    """The two networks that find and read text, loaded."""

    def __init__(self, detect: bytes, recognise: bytes, characters: str, config: Vision) -> None:
        """Take the bytes of `detect.onnx` and `recognise.onnx` and the text of `characters.txt`."""
        self.give_way: Callable[[], None] = _go_on
        """Called before each run of a network, and returns when there is time for it."""
        self._alphabet = alphabet(characters)
        self._score = config.text_score
        self._side_px = config.text_side_px
        self._finder = onnx_session.session(detect, config.threads)
        self._recogniser = onnx_session.session(recognise, config.threads)

    def warm_up(self) -> None:
        """Run both networks once on nothing: at the largest picture, and at the commonest line.

        Memory is planned for a size that has been seen, and unplanned the largest picture's takes
        20 MB more. A line as wide as a picture takes four times a common one's work, for nothing.
        """
        side = math.ceil(self._side_px / STRIDE_PX) * STRIDE_PX
        with heap.kept():
            self._mark(
                np.zeros((math.ceil(MOST_AREA * side / STRIDE_PX) * STRIDE_PX, side, 3), np.uint8)
            )
            blank_line = np.zeros((LINE_HEIGHT_PX, LEAST_LINE_WIDTH_PX, 3), np.uint8)
            width = self._recognise(blank_line).shape[1]
        assert width == len(self._alphabet), (width, len(self._alphabet))

    def read(self, frame: Frame, point: Point = CENTRE) -> Page:
        """Return what a picture says, as far as it can be read without guessing.

        Where there is more than a glance gives, what is nearest to `point` is read.
        """
        self.give_way()  # a detector's run has just ended
        if not self._regions(frame.pixels, FIRST_SIDE_PX, point):
            return Page()
        height, width, _ = frame.pixels.shape
        illegible = 0
        read: dict[Region, tuple[str, float]] = {}
        self.give_way()
        for region in self._regions(frame.pixels, self._side_px, point):
            self.give_way()
            text, score = self._read(frame.pixels, region)
            if text and score >= self._score:
                read[region] = text, score
            else:
                illegible += not text
        lines = []
        for row in text_regions.rows(list(read)):
            text = " ".join(read[region][0] for region in row)[:MOST_CHARACTERS]
            score = min(read[region][1] for region in row)
            if says_something(text):
                lines.append(ReadLine(text, score, text_regions.box(row, (width, height))))
        return Page(fitting(lines, point), illegible)

    def _regions(self, pixels: Pixels, side_px: int, point: Point) -> list[Region]:
        """Return what looks like text in (height, width, 3) pixels, what one looks at first."""
        height, width, _ = pixels.shape
        fitted = _fit(pixels, min(side_px, self._side_px))
        regions = text_regions.find(self._mark(fitted), (width, height))
        fitted.fill(0)
        at = point[0] / 1000 * width, point[1] / 1000 * height
        return text_regions.wanted(regions, MOST_REGIONS, at)

    def _mark(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """Return the probability of text at each of (height, width, 3) pixels: (height, width)."""
        planes = to_planes(pixels)
        (marks,) = self._finder.run(None, {"x": planes})
        planes.fill(0)
        return np.asarray(marks[0, 0], np.float32)

    def _read(self, pixels: Pixels, region: Region) -> tuple[str, float]:
        """Return what a region says and how sure that is; no text where it is not sharp."""
        line = upright(pixels, region)
        if sharpness.of_print(line) < sharpness.LEGIBLE:
            line.fill(0)
            return "", 0.0
        steps = self._recognise(line)
        line.fill(0)  # numpy keeps blocks of less than 1 KiB as they are for the next of their size
        return decode(steps, self._alphabet)

    def _recognise(self, line: Pixels) -> Probabilities:
        """Return what a (48, width, 3) uint8 RGB line says."""
        padding = max(0, LEAST_LINE_WIDTH_PX - line.shape[1])
        planes = to_planes(line)
        padded = np.pad(planes, ((0, 0), (0, 0), (0, 0), (0, padding)))
        planes.fill(0)
        (steps,) = self._recogniser.run(None, {"x": padded})
        padded.fill(0)
        return np.asarray(steps[0], np.float32)


def alphabet(characters: str) -> tuple[str, ...]:
    """Return what each output of the recogniser means: blank, then the file's lines."""
    return ("", *characters.removesuffix("\n").split("\n"))


def _fit(pixels: Pixels, side_px: int) -> Pixels:
    """Return (height, width, 3) pixels no larger than `side_px` by three quarters of it."""
    height, width, _ = pixels.shape
    by_area = math.sqrt(MOST_AREA * side_px**2 / (height * width))
    scale = min(1.0, side_px / max(height, width), by_area)
    sides = (max(1, round(side * scale / STRIDE_PX)) * STRIDE_PX for side in (width, height))
    return np.asarray(cv2.resize(pixels, tuple(sides), interpolation=cv2.INTER_AREA), np.uint8)


def to_planes(pixels: Pixels) -> Planes:
    """Return (height, width, 3) uint8 RGB pixels as the networks take them."""
    planes = pixels[:, :, ::-1].transpose(2, 0, 1)[np.newaxis].astype(np.float32)
    planes /= 127.5
    planes -= 1
    return planes


def upright(pixels: Pixels, region: Region) -> Pixels:
    """Cut a region out of (height, width, 3) pixels: (48, width, 3), its text from left to right.

    Text that runs up or down is turned.
    """
    across, down = max(1, round(region.width)), max(1, round(region.height))
    target = np.array([[0, 0], [across, 0], [across, down], [0, down]], np.float32)
    turn = cv2.getPerspectiveTransform(region.corners(), target)
    cut = cv2.warpPerspective(
        pixels, turn, (across, down), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    if region.is_upended:
        cut = np.rot90(cut)
    height, width = cut.shape[:2]
    size = min(MOST_LINE_WIDTH_PX, math.ceil(width * LINE_HEIGHT_PX / height)), LINE_HEIGHT_PX
    how = cv2.INTER_AREA if height > LINE_HEIGHT_PX else cv2.INTER_LINEAR
    line = np.asarray(cv2.resize(cut, size, interpolation=how), np.uint8)
    cut.fill(0)
    return line


def decode(steps: Probabilities, meanings: tuple[str, ...]) -> tuple[str, float]:
    """Return the likeliest text and the geometric mean of its characters' probabilities.

    CTC: what repeats from one step to the next is one character; blank parts two equal ones.
    """
    best = steps.argmax(axis=1)
    begins = (best != BLANK) & (best != np.concatenate(([BLANK], best[:-1])))
    text = "".join(meanings[index] for index in best[begins])
    if not text.strip():
        return "", 0.0
    sure = np.maximum(steps[begins, best[begins]], 1e-6)
    return text.strip(), min(1.0, float(np.exp(np.log(sure).mean())))


def fitting(lines: Sequence[ReadLine], point: Point = CENTRE) -> tuple[ReadLine, ...]:
    """Return as many lines as one message carries, those nearest to a point, in their order."""
    order = sorted(range(len(lines)), key=lambda n: closeness(thousandths(lines[n].box), point))
    sizes = accumulate(len(lines[number].text.encode()) for number in order)
    within = takewhile(lambda pair: pair[1] <= MOST_TEXT_BYTES, zip(order, sizes, strict=True))
    return tuple(lines[number] for number in sorted(number for number, _ in [*within][:MOST_LINES]))


def thousandths(box: Sequence[float]) -> Box:
    """Return the sides of a box, shares of a picture, as messages have them."""
    left, top, right, bottom = (min(1000, max(0, round(side * 1000))) for side in box)
    return left, top, right, bottom


def says_something(text: str) -> bool:
    """Say whether a line has enough letters or digits to be more than a mark."""
    return sum(map(str.isalnum, text)) >= LEAST_WORD_CHARACTERS


def _go_on() -> None:
    """Wait for nobody."""
