"""What was the run in numbers? Counts of messages, folded into one `Summary`."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from edge.ledger import Totals
from edge.messages import (
    Dropped,
    Leaves,
    ProcessSeal,
    SealState,
    Seen,
    SourceState,
    StageSummary,
    StageTime,
    Summary,
    Transcript,
)

KEPT_TIMES: Final = 4096
"""Durations of a step from which its percentiles are taken: the latest."""


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
    _times_ms: dict[str, deque[float]] = field(default_factory=dict)

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
                self.dropped += message.frames + message.samples
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
            self._add("reply", latency_ms)

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
            stages=tuple(
                StageSummary(name, len(times), _rank(times, 0.5), _rank(times, 0.95))
                for name, times in self._times_ms.items()
            ),
        )

    def _time(self, stages: Iterable[StageTime]) -> None:
        for stage in stages:
            self._add(stage.stage.name.lower(), stage.microseconds / 1000)

    def _add(self, name: str, duration_ms: float) -> None:
        self._times_ms.setdefault(name, deque(maxlen=KEPT_TIMES)).append(duration_ms)


def _rank(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies, by nearest rank."""
    ordered = sorted(values)
    return round(ordered[max(0, -int(-share * len(ordered) // 1) - 1)], 2)
