"""What was the run in numbers? Counts of messages, folded into one `Summary`."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from edge.ledger import Totals
from edge.messages import (
    Dropped,
    Figures,
    Leaves,
    ProcessSeal,
    SealState,
    Seen,
    SourceState,
    StageTime,
    Summary,
    Transcript,
)
from edge.runtime.figures import LAST_S, Times


@dataclass(slots=True)
class Running:
    """The sum of counts that their sources keep, also of sources that begin at zero again."""

    _before: int = 0
    _of_source: dict[str, int] = field(default_factory=dict)

    def note(self, source: str, count: int) -> None:
        """Take what a source has counted since it was started."""
        last = self._of_source.get(source, 0)
        self._before += last if count < last else 0
        self._of_source[source] = count

    @property
    def total(self) -> int:
        """The sum."""
        return self._before + sum(self._of_source.values())


@dataclass(slots=True)
class Tally:
    """Running counts of one run."""

    heard: int = 0
    seen: int = 0
    answered: int = 0
    airlock_bytes: int = 0
    context_tokens: int = 0
    dropped: int = 0
    """What the chamber had no time for."""
    _raw_bytes: Running = field(default_factory=Running)
    _left_out: Running = field(default_factory=Running)
    """Samples and pictures that did not reach the chamber."""
    _sealed: dict[str, SealState] = field(default_factory=dict)
    _times: Times = field(default_factory=Times)
    now_s: Callable[[], float] = time.monotonic

    def resume(self, entered: Totals, *, answered: int, joined: int = 0) -> None:
        """Go on from what ledger and notes say of a run whose runtime died."""
        self.heard = entered.count.get(Transcript.__name__, 0) - joined
        self.seen = entered.count.get(Seen.__name__, 0)
        self.answered = answered
        self.airlock_bytes = entered.left_chamber_bytes

    def count(self, message: Leaves | SourceState | SealState) -> None:
        """Add one message."""
        match message:
            case Transcript():
                self.heard += not message.goes_on
                self._time(message.stages)
            case Seen():
                self.seen += 1
                self._time(message.stages)
            case Dropped():
                self.dropped += message.frames + message.samples + message.closed
            case SourceState():
                self._raw_bytes.note(message.kind, message.raw_bytes)
                self._left_out.note(message.kind, message.dropped)
            case SealState():
                self._sealed[message.process] = message
            case _:
                pass

    def reply(self, latency_ms: float) -> None:
        """Add one reply to a question."""
        self.answered += 1
        if latency_ms >= 0:
            self.took("reply", latency_ms)

    @property
    def raw_bytes(self) -> int:
        """Bytes of media that went into the chamber."""
        return self._raw_bytes.total

    def summary(self) -> Summary:
        """Return the run so far; whether the kernel's counter agrees is the launcher's to say."""
        seals = (ProcessSeal(seal.process, seal.level) for seal in self._sealed.values())
        return Summary(
            heard=self.heard,
            seen=self.seen,
            answered=self.answered,
            raw_bytes=self.raw_bytes,
            airlock_bytes=self.airlock_bytes,
            context_tokens=self.context_tokens,
            dropped=self.dropped + self._left_out.total,
            sealed=tuple(seals),
            stages=self._times.since(),
        )

    def figures(self) -> Figures:
        """Return the run so far, and how quick its steps were in the last hour."""
        return Figures(
            heard=self.heard,
            seen=self.seen,
            answered=self.answered,
            raw_bytes=self.raw_bytes,
            airlock_bytes=self.airlock_bytes,
            dropped=self.dropped + self._left_out.total,
            stages=self._times.since(self.now_s() - LAST_S),
        )

    def _time(self, stages: Iterable[StageTime]) -> None:
        for stage in stages:
            self.took(stage.stage.name.lower(), stage.microseconds / 1000)

    def took(self, step: str, duration_ms: float) -> None:
        """Add how long a step took."""
        self._times.add(step, duration_ms, self.now_s())
