"""Where in a picture is text, and which pieces of it are one line? No model in here.

From the map that PP-OCR's first network marks ("differentiable binarisation": it marks the
core of each line, narrower than the print) to turned rectangles, and from those to rows.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

import cv2
import numpy as np
import numpy.typing as npt

MARKED: Final = 0.3
"""Probability from which a pixel counts as text."""
REGION_SCORE: Final = 0.5
"""Mean probability inside a rectangle, below which it is not text."""
GROWTH: Final = 1.6
"""A mark grows on all sides by its area times this, divided by its perimeter."""
ENDS: Final = 0.3
"""Then a line's length grows by this share of its height: a serif at the end is easily lost."""
LEAST_MARK_PX: Final = 3
LEAST_REGION_PX: Final = 5
LOOKED_AT: Final = 4
"""So many regions nearest to where one looks come before larger print elsewhere."""
MOST_PRINT: Final = 0.4
"""Of a picture's longer side: no print is larger, but whole animals are marked now and then."""
MOST_MARKS: Final = 200
"""Looked at in one picture. Foliage and fences make many."""
UPENDED: Final = 1.5
"""A rectangle this many times higher than wide holds text that runs up or down."""
SAME_ROW: Final = 0.5
"""Middles of one row lie nearer to each other than this share of their height."""
SAME_LINE_GAP: Final = 1.2
"""Pieces of one row with a wider gap, in heights, are separate lines: columns, two signs."""
LIKE_HEIGHT: Final = 1.6
"""Pieces of one line differ in height by no more than this factor."""

Marks = npt.NDArray[np.float32]
"""float32, shape (height, width): the probability of text at each pixel."""


@dataclass(frozen=True, slots=True)
class Region:
    """A turned rectangle in pixels of the picture; its width runs along the text."""

    x: float
    """Of its middle."""
    y: float
    width: float
    height: float
    angle: float
    """Of its width to the horizontal, clockwise, in radians: at most 45 degrees either way."""

    def distance_px(self, at: tuple[float, float]) -> float:
        """Return how far a point lies from it; 0 inside."""
        across, down = at[0] - self.x, at[1] - self.y
        along = across * math.cos(self.angle) + down * math.sin(self.angle)
        beside = down * math.cos(self.angle) - across * math.sin(self.angle)
        return math.hypot(
            max(0.0, abs(along) - self.width / 2), max(0.0, abs(beside) - self.height / 2)
        )

    @classmethod
    def around(cls, points: npt.NDArray[np.float32]) -> Self:
        """Return the smallest one around (n, 2) points."""
        (x, y), (width, height), degrees = cv2.minAreaRect(points)
        quarters = round(degrees / 90)
        if quarters % 2:
            width, height = height, width
        return cls(x, y, width, height, math.radians(degrees - 90 * quarters))

    @property
    def is_upended(self) -> bool:
        return self.height >= UPENDED * self.width

    @property
    def print_px(self) -> float:
        """How large the print is."""
        return self.width if self.is_upended else self.height

    def corners(self) -> npt.NDArray[np.float32]:
        """Return the (4, 2) corners, clockwise from the upper left one."""
        along = np.array([math.cos(self.angle), math.sin(self.angle)]) * self.width / 2
        down = np.array([-math.sin(self.angle), math.cos(self.angle)]) * self.height / 2
        signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        middle = np.array([self.x, self.y])
        return np.array([middle + a * along + d * down for a, d in signs], np.float32)

    def grown(self) -> Self:
        """Return the rectangle around the whole print of which this one is the core."""
        by = GROWTH * self.width * self.height / (self.width + self.height)
        width, height = self.width + by, self.height + by
        if width >= height:
            width += ENDS * height
        else:
            height += ENDS * width
        return type(self)(self.x, self.y, width, height, self.angle)


def find(marks: Marks, size_px: tuple[int, int]) -> list[Region]:
    """Return the regions of text in a picture of (width, height), from its marks at any size."""
    height, width = marks.shape
    stretch = np.array([size_px[0] / width, size_px[1] / height], np.float32)
    mask = cv2.dilate((marks > MARKED).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    regions = []
    for outline in sorted(outlines, key=len, reverse=True)[:MOST_MARKS]:
        core = Region.around(outline.reshape(-1, 2).astype(np.float32))
        if min(core.width, core.height) < LEAST_MARK_PX or _score(marks, core) < REGION_SCORE:
            continue
        whole = core.grown()
        if min(whole.width, whole.height) < LEAST_REGION_PX:
            continue
        region = Region.around(whole.corners() * stretch)
        if region.print_px <= MOST_PRINT * max(size_px):
            regions.append(region)
    return regions


def _score(marks: Marks, region: Region) -> float:
    """Return the mean of (height, width) float32 marks inside a region."""
    corners = np.round(region.corners()).astype(np.int32)
    left, top = np.maximum(corners.min(axis=0), 0)
    right, bottom = corners.max(axis=0) + 1
    window = marks[top:bottom, left:right]
    inside = np.zeros(window.shape, np.uint8)
    cv2.fillPoly(inside, [corners - (left, top)], (1,))
    return float(cv2.mean(window, inside)[0])


def largest_print(regions: Sequence[Region], most: int) -> list[Region]:
    """Return the regions that a glance would take: large print first, then from the top.

    Heights within a factor of about 1.4 count as one size.
    """
    return sorted(regions, key=lambda region: (-round(2 * math.log2(region.print_px)), region.y))[
        :most
    ]


def wanted(regions: Sequence[Region], most: int, at: tuple[float, float]) -> list[Region]:
    """Return the regions to be read: those where one looks, nearest first, then large print.

    `at` is in pixels of the picture.
    """
    near = sorted(regions, key=lambda region: region.distance_px(at))[:LOOKED_AT]
    others = [region for region in regions if region not in near]
    return [*near, *largest_print(others, most)][:most]


def rows(regions: Sequence[Region]) -> list[tuple[Region, ...]]:
    """Return the lines in reading order, each as its pieces from left to right.

    All is judged along the direction in which most of the text runs, so that a sign seen askew
    is read like one seen straight.
    """
    if not regions:
        return []
    level = -float(np.median([region.angle for region in regions]))
    turned = {region: _turn(region, level) for region in regions}
    found: list[list[Region]] = []
    for region in sorted(regions, key=lambda region: turned[region][1]):
        for row in reversed(found):
            if all(_are_beside(piece, region, turned) for piece in row):
                row.append(region)
                break
        else:
            found.append([region])
    ordered = (sorted(row, key=lambda region: turned[region][0]) for row in found)
    return [line for row in ordered for line in _lines(row, turned)]


def _turn(region: Region, angle: float) -> tuple[float, float]:
    cos, sin = math.cos(angle), math.sin(angle)
    return region.x * cos - region.y * sin, region.x * sin + region.y * cos


def _are_beside(one: Region, other: Region, at: dict[Region, tuple[float, float]]) -> bool:
    """Say whether two regions are on one level and neither is above the other.

    Text that runs up or down is a line of its own.
    """
    if one.is_upended or other.is_upended:
        return False
    limit = SAME_ROW * min(one.height, other.height)
    apart = abs(at[one][0] - at[other][0]) - (one.width + other.width) / 2
    return abs(at[one][1] - at[other][1]) < limit and apart > -limit


def _lines(
    row: Sequence[Region], at: dict[Region, tuple[float, float]]
) -> Iterator[tuple[Region, ...]]:
    """Yield a row's pieces in lines: cut where the gap is wide or the size of print changes."""
    line = [row[0]]
    for before, after in pairwise(row):
        gap = at[after][0] - at[before][0] - (before.width + after.width) / 2
        low, high = sorted((before.height, after.height))
        if gap > SAME_LINE_GAP * low or high > LIKE_HEIGHT * low:
            yield tuple(line)
            line = []
        line.append(after)
    yield tuple(line)


def box(line: Sequence[Region], size_px: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of a line in shares of a picture of (width, height)."""
    corners = np.concatenate([region.corners() for region in line]) / np.array(size_px)
    left, top = np.clip(corners.min(axis=0), 0, 1).tolist()
    right, bottom = np.clip(corners.max(axis=0), 0, 1).tolist()
    return left, top, right, bottom
