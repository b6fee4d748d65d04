"""What can an answer rest on, and how long ago was it? No storage and no clock in here.

A note is one remembered fact with its provenance. Memory stores notes, the context holds the last
ones, the reasoner quotes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Final, Literal

from edge.messages import Seen

Kind = Literal[
    "said", "seen", "asked", "told", "remembered", "derived", "errand", "place", "motion"
]
"""`asked` and `told` are the dialogue with the companion; an answer never rests on those. `derived`
is what was made of other notes, `errand` what is still to be done (`edge/errand.py`); `place` is
where the wearer is, `motion`, which is written nowhere, how they move (`edge/whereabouts.py`)."""

OFFER: Final = "offer "
"""How the source of an offer's `told` note begins; the offer's kind follows."""
QUOTED_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Note:
    """One remembered fact.

    The text of a `seen` note is its labels on the first line and what was read on those after it.
    """

    kind: Kind
    text: str
    at_ms: int
    """On the stream's clock of its run."""
    at_wall_s: float
    """Seconds since 1970: the stream's clock, tied to the wall once a run."""
    run: str = ""
    source: str = ""
    """The model that produced it, or `wearer`."""
    confidence: int = 100
    """Percent."""
    id: int = 0
    """Of memory; 0 while it is not stored."""
    who: str = ""
    """Whose words: `wearer`, `other`, `companion`, or a name; empty where nobody can tell."""
    mark: str = ""
    """`live`, or `file` where it came out of one that was played."""
    observation: int = -1
    """The ledger's row of what left the chamber for it; -1 where nothing did."""
    rests_on: tuple[int, ...] = ()
    """Of which notes it was made; who forgets those forgets this."""


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of a question."""

    run: str
    ms: int
    wall_s: float

    def age_s(self, note: Note) -> float:
        """Return how long ago a note was made: by the stream's clock within its run."""
        if note.run == self.run:
            return max(0.0, (self.ms - note.at_ms) / 1000)
        return max(0.0, self.wall_s - note.at_wall_s)


@dataclass(frozen=True, slots=True)
class Sight:
    """What was in view from one moment on, for as long as the camera is known to have run."""

    seen: Seen
    since_ms: int
    """On the stream's clock of the run."""
    until_ms: int


@dataclass(frozen=True, slots=True)
class Question:
    """What the companion was asked, and when its last word ended."""

    text: str
    now: Now


def seen_text(labels: Sequence[str], lines: Sequence[str]) -> str:
    """Return the text of a `seen` note."""
    return "\n".join((", ".join(labels), *lines))


def labels_of(note: Note) -> tuple[str, ...]:
    """Return the labels of a `seen` note."""
    first = note.text.split("\n", 1)[0]
    return tuple(first.split(", ")) if first else ()


def lines_of(note: Note) -> tuple[str, ...]:
    """Return what was read in the picture of a `seen` note."""
    return tuple(note.text.split("\n")[1:])


def quoted(lines: Sequence[str], notes: Sequence[Note]) -> tuple[int, ...]:
    """Return the numbers of the notes that lines quote, if only in part."""
    text = "\n".join(lines)
    return tuple(note.id for note in notes if note.id and _beginning(note) in text)


def _beginning(note: Note) -> str:
    """Return what a quotation of a note that was cut short still holds."""
    return note.text.strip().split("\n", 1)[0][:QUOTED_CHARACTERS]


_STEPS: Final = ((90.0, 1, "s"), (90 * 60.0, 60, "min"), (36 * 3600.0, 3600, "h"))
_JUST_NOW_S: Final = 1.5


def ago(age_s: float) -> str:
    """Say how long ago: `just now`, `12 s ago`, `3 min ago`, `5 h ago`, `2 days ago`."""
    if age_s < _JUST_NOW_S:
        return "just now"
    for limit_s, unit_s, unit in _STEPS:
        if age_s < limit_s:
            return f"{round(age_s / unit_s)} {unit} ago"
    return f"{round(age_s / 86_400)} days ago"


def lasting(duration_s: float) -> str:
    """Say how long: `45 s`, `10 min`, `1 h 30 min`."""
    seconds = round(duration_s)
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    parts = ((hours, "h"), (minutes, "min"), (seconds % 60, "s"))
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 s"


def date_of(wall_s: float, zone: tzinfo | None = None) -> date:
    """Return the date that a calendar on the wall shows; `zone` defaults to the device's."""
    return datetime.fromtimestamp(wall_s, UTC).astimezone(zone).date()


def day_and_month(wall_s: float) -> str:
    """Return a date as it is said: `3 May`."""
    day = date_of(wall_s)
    return f"{day.day} {day:%B}"


def time_of_day(wall_s: float, zone: tzinfo | None = None) -> str:
    """Return hours and minutes as a wall clock shows them; `zone` defaults to the device's."""
    return datetime.fromtimestamp(wall_s, UTC).astimezone(zone).strftime("%H:%M")
