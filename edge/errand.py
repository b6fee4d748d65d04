"""What is still to be done? A timer, a reminder, an item of a list, a plan: one noun.

Each is a note: its first line is the words, the second how it is to be done, as JSON. So forgetting
reaches it, and it outlives every process. No storage and no clock in here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

import msgspec

from edge.evidence import Note, Now, lasting, time_of_day
from edge.garbled import GARBLED

Sort = Literal["timer", "reminder", "item", "plan"]
LATE_S: Final = 60.0
"""What rings later than this says when it should have rung: nobody was there to say it."""
MOST_TEXT: Final = 500
MOST_STEPS: Final = 20
MOST_STEP: Final = 200
MOST_OPEN: Final = 500
"""Of all sorts together; whoever wants more must end some first."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing that is still to be done; `text` says what, in the wearer's words."""

    sort: Sort
    text: str = ""
    due_s: float = 0.0
    """When it rings, in seconds since 1970; 0 for what never rings."""
    on_list: str = ""
    """The name of an item's list."""
    steps: tuple[str, ...] = ()
    """Of a plan."""
    done: tuple[int, ...] = ()
    """The numbers of the steps that are done; the first step is 1."""
    id: int = 0
    """The number of its note; 0 where the disk would not take it."""

    @property
    def rings(self) -> bool:
        """Whether it is over when its moment has come."""
        return self.due_s > 0

    def note(self, now: Now) -> Note:
        """Return the note that keeps it."""
        how = _How(self.sort, self.due_s, self.on_list, self.steps, self.done)
        text = f"{_one_line(self.text)}\n{msgspec.json.encode(how).decode()}"
        return Note("errand", text, now.ms, now.wall_s, now.run, "wearer", who="wearer")

    def words(self) -> str:
        """Return what it is, as one says it: `the reminder to call Ann`."""
        match self.sort:
            case "timer":
                return f"the timer for {self.text}" if self.text else "the timer"
            case "reminder":
                return f'the reminder "{self.text}"'
            case "item":
                return f"{self.text} on {of_list(self.on_list)}"
            case "plan":
                return f'the plan "{self.text}"'


class _How(msgspec.Struct, frozen=True, omit_defaults=True):
    sort: Sort
    due_s: float = 0.0
    on_list: str = ""
    steps: tuple[str, ...] = ()
    done: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What was done last, so that "undo that" can take it back."""

    words: str
    """What it was: `the reminder "call Ann"`."""
    begun: tuple[int, ...] = ()
    """Numbers of the notes that it made."""
    ended: tuple[Errand, ...] = ()
    """What it took away."""


def of_note(note: Note) -> Errand | None:
    """Return what a note keeps; None where it keeps nothing that can be read."""
    text, _, rest = note.text.partition("\n")
    try:
        how = msgspec.json.decode(rest, type=_How)
    except GARBLED:
        return None
    return Errand(how.sort, text, how.due_s, how.on_list, how.steps, how.done, note.id)


def of_notes(notes: Iterable[Note]) -> tuple[Errand, ...]:
    """Return what is still to be done, the oldest first."""
    found = (of_note(note) for note in sorted(notes, key=lambda note: note.id))
    return tuple(errand for errand in found if errand)


def ring(errand: Errand, now_s: float, zone: tzinfo | None = None) -> str:
    """Return what is said when its moment has come, or is long over."""
    named = f": {errand.text}" if errand.text else ""
    if now_s - errand.due_s <= LATE_S:
        return f"Reminder{named}." if errand.sort == "reminder" else f"Time is up{named}."
    what = "reminder" if errand.sort == "reminder" else "timer"
    return f"Late {what}, it was due {moment(errand.due_s, now_s, zone)}{named}."


def moment(at_s: float, now_s: float, zone: tzinfo | None = None) -> str:
    """Say when something is, seen from now: `at 17:00`, `tomorrow at 09:00`, `on 24 May at 9`."""
    then, now = (datetime.fromtimestamp(s, UTC).astimezone(zone) for s in (at_s, now_s))
    days = (then.date() - now.date()).days
    name = {0: "", 1: "tomorrow ", -1: "yesterday "}.get(days)
    day = f"on {then.day} {then:%B} " if name is None else name
    return f"{day}at {time_of_day(at_s, zone)}"


def left(errand: Errand, now_s: float) -> str:
    """Return how long it is until something rings, with its name: `9 min 30 s (tea)`."""
    named = f" ({errand.text})" if errand.text else ""
    return f"{lasting(max(0.0, errand.due_s - now_s))}{named}"


def open_lines(errands: Sequence[Errand], now: Now) -> list[str]:
    """Return what rings, and the open plans, as lines of a packet; lists are asked for."""
    return [
        *(_ringing_line(each, now.wall_s) for each in errands if each.rings),
        *plan_lines(errands),
    ]


def _ringing_line(ringing: Errand, now_s: float) -> str:
    if ringing.sort == "reminder":
        return f"Reminder {moment(ringing.due_s, now_s)}: {ringing.text}"
    named = f" ({ringing.text})" if ringing.text else ""
    return f"Timer{named}: {lasting(max(0.0, ringing.due_s - now_s))} left."


def plan_lines(errands: Sequence[Errand]) -> list[str]:
    """Return the open plans as lines of a packet: what is done, what comes next."""
    lines = []
    for plan in (errand for errand in errands if errand.sort == "plan"):
        open_steps = [
            f"{number}. {step}"
            for number, step in enumerate(plan.steps, 1)
            if number not in plan.done
        ]
        done = f"{len(plan.done)} of {len(plan.steps)} steps done"
        lines.append(
            f'Open plan "{plan.text}", {done}; to do: {"; ".join(open_steps) or "nothing"}'
        )
    return lines


def listed(errands: Sequence[Errand], name: str) -> tuple[Errand, ...]:
    """Return the items of one list; `name` is without the word list."""
    wanted = name.casefold()
    return tuple(e for e in errands if e.sort == "item" and e.on_list.casefold() == wanted)


def of_list(name: str) -> str:
    """Return how a list is called: `the shopping list`, or `your list`."""
    return f"the {name} list" if name else "your list"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:MOST_TEXT]
