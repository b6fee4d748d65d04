"""What time is it on the streams? As far as the sources have said, and as far as it can be by now.

A source tells where its clock stands once a second, by another pipe than the chamber's packets.
What lies between is measured by this process's own clock; a file that is played as fast as it goes
has no such tie to time, and gets more slack.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from edge.budget import DAY_S
from edge.clock import SAMPLE_RATE_HZ
from edge.messages import SourceKind, SourceState

KINDS: Final[tuple[SourceKind, ...]] = ("audio", "video")
AHEAD_S: Final = 2.0
"""A message may name a moment so far ahead of the stream's clock as we know it."""
AHEAD_FAST_S: Final = 600.0
"""With `--fast`: seconds of a file pass in milliseconds, and so does what its clock says of it."""
OLD_S: Final = 600.0
"""No message is about a moment longer ago. A slow machine is behind by the minute of sound that the
chamber holds, and by what understanding it takes."""


class Window(NamedTuple):
    """Which moments of a stream a message may be about now."""

    oldest_ms: int
    newest_ms: int


class Moment(NamedTuple):
    """What the border needs to know of time."""

    budget_s: float
    """The clock of the airlock's budget."""
    windows: Mapping[SourceKind, Window]


class _Reading(NamedTuple):
    """The stream's clock stood at `at_s` at the moment `read_s` of `time.monotonic()`."""

    at_s: float
    read_s: float


class Clocks:
    """The clocks of a run's sources. Every method takes `time.monotonic()`."""

    def __init__(self, now_s: float, *, is_fast: bool) -> None:
        """Begin when no source can have begun."""
        self._is_fast = is_fast
        self._born = _Reading(0.0, now_s)
        self._states: dict[SourceKind, SourceState] = {}
        """The newest of each that runs."""
        self._furthest: dict[SourceKind, _Reading] = {}
        """The reading of each by which most of the stream has passed."""
        self._caught_up_s: dict[SourceKind, float] = {}
        """Where the stream's clock stood when no packet was waiting any more."""

    def note(self, state: SourceState) -> None:
        """Take what a source says; one that starts (again) may begin at an earlier moment."""
        if state.phase == "ready":
            self._states.pop(state.kind, None)
            self._caught_up_s.pop(state.kind, None)
            return
        if state.phase == "running":
            self._states[state.kind] = state
        reading = _reading(state)
        further = self._furthest.get(state.kind, reading)
        if self._at_s(reading, state.monotonic_s) >= self._at_s(further, state.monotonic_s):
            self._furthest[state.kind] = reading

    def catch_up(self, now_s: float) -> None:
        """Note that all that the chamber has said so far has been taken."""
        for kind, state in self._states.items():
            self._caught_up_s[kind] = self._at_s(_reading(state), now_s)

    def state(self, kind: SourceKind) -> SourceState | None:
        """Return the latest that a running source has said."""
        return self._states.get(kind)

    def moment(self, now_s: float, mark: Literal["file", "live"]) -> Moment:
        """Return what time it is for the border."""
        windows = {kind: self._window(kind, now_s) for kind in KINDS}
        return Moment(now_s if mark == "live" else self.file_s, windows)

    @property
    def file_s(self) -> float:
        """How far the files of a run have been played."""
        return max((_reading(state).at_s for state in self._states.values()), default=0.0)

    @property
    def file_day(self) -> int:
        """The day of a file's own clock."""
        return int(self.file_s // DAY_S)

    def _window(self, kind: SourceKind, now_s: float) -> Window:
        ahead_s = AHEAD_FAST_S if self._is_fast else AHEAD_S
        newest_s = self._at_s(self._furthest.get(kind, self._born), now_s) + ahead_s
        oldest_s = self._caught_up_s.get(kind, 0.0) - OLD_S
        return Window(round(oldest_s * 1000), round(newest_s * 1000))

    def _at_s(self, reading: _Reading, now_s: float) -> float:
        """Return where a stream's clock stands now, given an earlier reading of it."""
        return reading.at_s if self._is_fast else reading.at_s + max(0.0, now_s - reading.read_s)


def _reading(state: SourceState) -> _Reading:
    return _Reading(state.samples / SAMPLE_RATE_HZ, state.monotonic_s)
