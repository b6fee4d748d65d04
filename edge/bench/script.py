"""How is a day written down that imagined wearers live through? Read out of TOML, and checked.

A file holds `[[day]]` tables: `wearer` (days of the same one share their notes), `begins` (date and
time on the device's clock), `aims` if there are any, and `[[day.situation]]` tables: `name`, `at`,
`script`, and `wants`, words that the one offer which is right must hold; without `wants` silence is
right. A situation lasts until the next one. A line of a script is `HH:MM:SS` and one of

    wearer: WORDS        the wearer says them
    other: WORDS         somebody else does
    somebody: WORDS      nobody can tell who
    overheard            somebody else speaks, whose words stay inside
    speaking             the wearer begins to speak; their next line ends it
    sees: THINGS | TEXT / TEXT | faces N
                         what is in view; `edge TEXT` lies at the edge of it
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec

from edge.bench import CannotMeasure
from edge.labels import KNOWN
from edge.messages import Overheard, Seen, Speaker, SpeechStarted, TextLine, Thing, Transcript

CHARACTERS_A_SECOND: Final = 15
SHORTEST_MS: Final = 800
OVERHEARD_MS: Final = 3_000
CENTRAL: Final = (250, 380, 750)
"""Left, top and right of text that is looked at."""
AT_THE_EDGE: Final = (20, 40, 220)
LINE_HEIGHT: Final = 60
SPEAKERS: Final = {
    "wearer": Speaker.WEARER,
    "other": Speaker.OTHER,
    "somebody": Speaker.UNKNOWN,
}
_LINE: Final = re.compile(r"(?P<at>\d\d:\d\d:\d\d) (?P<what>\w+)(?:: ?(?P<rest>.*))?")
Event = SpeechStarted | Transcript | Overheard | Seen
"""Times are those of the day's stream."""


class Situation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of a day, in which one offer is wanted, or none."""

    name: str
    at: str
    script: str
    wants: tuple[str, ...] = ()


class Day(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One day of a wearer."""

    wearer: str
    begins: str
    situation: Annotated[tuple[Situation, ...], msgspec.Meta(min_length=1)]
    who: str = ""
    aims: tuple[str, ...] = ()

    @property
    def begins_at(self) -> datetime:
        """When the day's stream begins."""
        return datetime.fromisoformat(self.begins).astimezone()

    def at_ms(self, clock: str) -> int:
        """Return a moment of the day on its stream."""
        moment = datetime.fromisoformat(f"{self.begins[:10]} {clock}").astimezone()
        return round(1000 * (moment - self.begins_at).total_seconds())


class _Days(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    day: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """What leaves the chamber at a moment of the stream."""

    at_ms: int
    message: Event


def read(path: Path) -> list[Day]:
    """Return the days of a file. Raises CannotMeasure."""
    try:
        days = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Days).day
        for day in days:
            happenings(day)
    except OSError as error:
        raise CannotMeasure(f"cannot read the days {path}: {error.strerror}") from None
    except ValueError as error:  # of TOML, of a field, of a moment
        raise CannotMeasure(f"{path} holds no days: {error}") from None
    return list(days)


def happenings(day: Day) -> list[Happening]:
    """Return all that happens on a day, in its order. Raises ValueError."""
    found: list[Happening] = []
    since_ms = 0
    for situation in day.situation:
        began_ms = -1
        for line in situation.script.strip().splitlines():
            read_ = _LINE.fullmatch(line.strip())
            if not read_:
                raise ValueError(f'"{line}" in "{situation.name}" is no line of a script')
            at_ms = day.at_ms(read_["at"])
            if at_ms < since_ms:
                raise ValueError(f'"{line}" in "{situation.name}" runs backwards')
            since_ms = at_ms
            if read_["what"] == "speaking":
                found.append(Happening(at_ms, SpeechStarted(at_ms)))
                began_ms = at_ms
            else:
                found += _happens(at_ms, began_ms, read_["what"], read_["rest"] or "")
                began_ms = -1 if read_["what"] in SPEAKERS else began_ms
    return found


def _happens(at_ms: int, began_ms: int, what: str, rest: str) -> list[Happening]:
    if what == "overheard":
        end_ms = at_ms + OVERHEARD_MS
        heard_them = Happening(end_ms, Overheard(at_ms, end_ms))
        return [Happening(at_ms, SpeechStarted(at_ms)), heard_them]
    if what == "sees":
        return [Happening(at_ms, _seen(at_ms, rest))]
    if what not in SPEAKERS or not rest:
        raise ValueError(f'"{what}" is nothing that happens')
    lasts_ms = max(SHORTEST_MS, 1000 * len(rest) // CHARACTERS_A_SECOND)
    start_ms, end_ms = (began_ms, at_ms) if began_ms >= 0 else (at_ms, at_ms + lasts_ms)
    heard = Transcript(rest, start_ms, end_ms, 90, 0, (), SPEAKERS[what], 80)
    started = [] if began_ms >= 0 else [Happening(start_ms, SpeechStarted(start_ms))]
    return [*started, Happening(end_ms, heard)]


def _seen(at_ms: int, written: str) -> Seen:
    things, text, faces = (*(part.strip() for part in written.split("|")), "", "")[:3]
    labels = [label.strip() for label in things.split(",") if label.strip()]
    is_aside = text.startswith("edge ")
    if unknown := set(labels) - KNOWN:
        raise ValueError(f"no detector knows {', '.join(sorted(unknown))}")
    left, top, right = AT_THE_EDGE if is_aside else CENTRAL
    lines = [line.strip() for line in text.removeprefix("edge ").split("/") if line.strip()]
    return Seen(
        at_ms,
        tuple(Thing(label, 80, (600, 600, 900, 900)) for label in labels),
        tuple(
            TextLine(
                line, 95, (left, top + LINE_HEIGHT * row, right, top + LINE_HEIGHT * (row + 3))
            )
            for row, line in enumerate(lines)
        ),
        0,
        0,
        faces=int(faces.removeprefix("faces ") or 0),
    )
