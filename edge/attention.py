"""Which of the things in view is meant by "this"? Pure.

There is one point of attention: the middle of the picture, unless a wearable says where its wearer
looks. What lies there is meant; of things that lie there together the smallest, because it is in
front; and where nothing lies, what is nearest. Text is meant by the block: a sign's lines belong
together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from edge.messages import Attend, Box, TextLine, Thing

Point = tuple[int, int]
"""In thousandths of the picture's width and height."""

CENTRE: Final[Point] = (500, 500)
GAZE_S: Final = 2.0
"""Who looks somewhere says so again within this time; then the middle of the picture is meant."""
LINE_GAP: Final = 1.5
"""Lines of one block are no further apart than this many of the lower one's heights."""


@dataclass(frozen=True, slots=True)
class Gaze:
    """Where the wearer was last said to look, and when, by any clock."""

    point: Point = CENTRE
    at_s: float = float("-inf")

    @classmethod
    def told(cls, attend: Attend, now_s: float) -> "Gaze":
        """Return the gaze that a wearable, or a page, has just told."""
        return cls((attend.x, attend.y), now_s)

    def now(self, now_s: float) -> Point:
        """Return the point of attention."""
        return self.point if now_s - self.at_s <= GAZE_S else CENTRE


class Attended(NamedTuple):
    """What is meant by "this"; either may be missing."""

    thing: Thing | None
    lines: tuple[TextLine, ...]


def attended(things: Sequence[Thing], lines: Sequence[TextLine], point: Point = CENTRE) -> Attended:
    """Return the thing and the block of text at a point, or nearest to it."""
    thing = min(things, key=lambda thing: closeness(thing.box, point), default=None)
    block = min(blocks(lines), key=lambda block: closeness(around(block), point), default=())
    return Attended(thing, block)


def closeness(box: Box, point: Point = CENTRE) -> tuple[int, int]:
    """Return a key by which boxes are sorted: the nearest first, the smaller of two at a point."""
    left, top, right, bottom = box
    across = max(left - point[0], 0, point[0] - right)
    down = max(top - point[1], 0, point[1] - bottom)
    return across * across + down * down, area(box)


def area(box: Box) -> int:
    """Return the area of a box in millionths of the picture."""
    left, top, right, bottom = box
    return (right - left) * (bottom - top)


def blocks(lines: Sequence[TextLine]) -> list[tuple[TextLine, ...]]:
    """Return lines of text in blocks: those one below the other belong together."""
    found: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: line.box[1]):
        for block in found:
            if _continues(block[-1].box, line.box):
                block.append(line)
                break
        else:
            found.append([line])
    return [tuple(block) for block in found]


def _continues(above: Box, below: Box) -> bool:
    """Say whether a line stands under another, or beside it on one level."""
    gap = below[1] - above[3]
    shares_column = min(above[2], below[2]) > max(above[0], below[0])
    return shares_column and gap <= LINE_GAP * max(1, below[3] - below[1])


def around(block: Sequence[TextLine]) -> Box:
    """Return the smallest box around a block's lines."""
    lefts, tops, rights, bottoms = zip(*(line.box for line in block), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
