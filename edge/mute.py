"""Is hearing and seeing switched off, by whom, and until when? A state in a file, and the clock.

What a person said last holds (`State`); beside it a schedule may mute. `standing` puts the two
together. A damaged file means muted.

Which clock: "for 10 minutes" must not end early because the clock on the wall was set. Within one
boot only the time since boot counts, asleep or awake, and nobody can set that. After a reboot the
clock on the wall may shorten the wait, where the kernel calls it synchronised now and called it
so then; otherwise the whole time begins again with the boot. A mute may so last longer than was
asked, never shorter. A schedule follows the clock on the wall, whatever it says.
"""

import ctypes
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from edge import whole_file
from edge.garbled import GARBLED
from edge.messages import Mute, MuteState, Unmute
from edge.schedule import Stretch, next_edge_s, span_at

FILE_NAME: Final = "mute"
MOST_BYTES: Final = 4096
LOOK_EVERY_S: Final = 5.0
"""A schedule is looked at this often: clocks are set, and machines sleep."""
MINUTE_S: Final = 60.0
NOT_SYNCHRONISED: Final = 5
"""What adjtimex(2) returns while nothing keeps the clock right (TIME_ERROR)."""
TIMEX_BYTES: Final = 512
"""More than `struct timex` has anywhere."""

Seconds = Annotated[float, msgspec.Meta(ge=0, le=2**40)]


@dataclass(frozen=True, slots=True)
class Clock:
    """What the clocks say at one moment."""

    wall_s: float
    """Seconds since 1970."""
    since_boot_s: float
    boot: str
    """The kernel's name of this boot."""
    is_synchronised: bool


class Muted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="muted"):
    """A person said: mute."""

    why: Literal["hand", "voice"]
    minutes: Annotated[int, msgspec.Meta(ge=0, le=7 * 24 * 60)]
    """0 means until unmuted."""
    wall_s: Seconds
    since_boot_s: Seconds
    boot: str
    is_synchronised: bool

    def left_s(self, clock: Clock) -> float:
        """Return how long it still lasts."""
        if not self.minutes:
            return float("inf")
        asked_s = self.minutes * MINUTE_S
        if clock.boot == self.boot:
            return asked_s - (clock.since_boot_s - self.since_boot_s)
        since_boot_s = asked_s - clock.since_boot_s
        if not (clock.is_synchronised and self.is_synchronised):
            return since_boot_s
        return min(since_boot_s, asked_s - (clock.wall_s - self.wall_s))


class Opened(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="opened"):
    """A person said: unmute, while the schedule mutes. Holds until that stretch has ended."""

    since_s: Seconds
    until_s: Seconds

    def holds(self, wall_s: float) -> bool:
        """Say whether it still counts; a clock set back to before it was said ends it too."""
        return self.since_s <= wall_s < self.until_s


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person said last, if it still counts."""

    said: Muted | Opened | None = None


def asked(  # noqa: PLR0913 (a state, what is asked, by whom, and what decides)
    state: State,
    message: Mute | Unmute,
    schedule: Sequence[Stretch],
    clock: Clock,
    *,
    why: Literal["hand", "voice"] = "hand",
    zone: tzinfo | None = None,
) -> State:
    """Return the state after somebody asked for something.

    A voice never shortens a mute: what it said may have been heard just before a hand muted.
    """
    if isinstance(message, Unmute):
        span = span_at(schedule, clock.wall_s, zone)
        return State(Opened(clock.wall_s, span.end_s) if span else None)
    wanted = Muted(
        why, message.minutes, clock.wall_s, clock.since_boot_s, clock.boot, clock.is_synchronised
    )
    said = state.said
    if why == "voice" and isinstance(said, Muted) and said.left_s(clock) > wanted.left_s(clock):
        return state
    return State(wanted)


def settled(state: State, clock: Clock) -> State:
    """Return the state without what no longer counts, to be stored when it differs.

    Only so is a mute that ended not begun again by a reboot.
    """
    match state.said:
        case Muted() as said if said.left_s(clock) <= 0:
            return State()
        case Opened() as said if not said.holds(clock.wall_s):
            return State()
        case _:
            return state


def standing(
    state: State, schedule: Sequence[Stretch], clock: Clock, zone: tzinfo | None = None
) -> MuteState:
    """Return whether the sources are to be stopped now, and until when if nobody says a word."""
    said = settled(state, clock).said
    if isinstance(said, Muted):
        left_s = said.left_s(clock)
        if left_s == float("inf"):
            return MuteState(muted=True, why=said.why)
        end_s = clock.wall_s + left_s
        after = span_at(schedule, end_s, zone)
        return MuteState(muted=True, until_s=after.end_s if after else end_s, why=said.why)
    span = span_at(schedule, clock.wall_s, zone)
    if span is None or said:
        return MuteState(muted=False)
    return MuteState(muted=True, until_s=span.end_s, why="schedule")


def next_look_s(
    state: State, schedule: Sequence[Stretch], clock: Clock, zone: tzinfo | None = None
) -> float | None:
    """Return in how many seconds to look again; None: nothing changes until somebody asks."""
    said = settled(state, clock).said
    waits = []
    if isinstance(said, Muted) and said.minutes:
        waits.append(said.left_s(clock))
    edge_s = next_edge_s(schedule, clock.wall_s, zone)
    if edge_s is not None:
        waits += [LOOK_EVERY_S, edge_s - clock.wall_s]
    return min(waits, default=None)


# --- for a person ------------------------------------------------------------------------------


def until(state: MuteState, wall_s: float, zone: tzinfo | None = None) -> str:
    """Say how long a mute lasts: `until 14:30`, `until Sat 09:00`, `until you unmute`."""
    if not state.until_s:
        return "until you unmute"
    end = datetime.fromtimestamp(state.until_s, UTC).astimezone(zone)
    today = datetime.fromtimestamp(wall_s, UTC).astimezone(zone).date()
    return f"until {end:%H:%M}" if end.date() == today else f"until {end:%a %H:%M}"


# --- the file and the clocks -------------------------------------------------------------------


def read_clock() -> Clock:
    """Return what the clocks of this machine say."""
    adjtimex = ctypes.CDLL(None).adjtimex
    return Clock(
        wall_s=time.time(),
        since_boot_s=time.clock_gettime(time.CLOCK_BOOTTIME),
        boot=Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip(),
        is_synchronised=adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
        not in {NOT_SYNCHRONISED, -1},
    )


def load(folder: Path) -> tuple[State, str]:
    """Return the state of a data folder, and a sentence if it had to be guessed: then muted."""
    path = folder / FILE_NAME
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) <= MOST_BYTES:
            return msgspec.json.decode(data, type=State), ""
        problem = f"is longer than {MOST_BYTES} bytes"
    except FileNotFoundError:
        return State(), ""
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    except GARBLED:
        problem = "is damaged"
    guess = Muted("hand", 0, 0.0, 0.0, "", is_synchronised=False)
    return State(guess), f"{path} {problem}: muted until `offrecord unmute`"


def store(folder: Path, state: State) -> None:
    """Keep a state, whole or not at all, also through a power cut. Raises OSError."""
    whole_file.write(folder / FILE_NAME, msgspec.json.encode(state))
