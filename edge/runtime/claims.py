"""Can it be true what a message says?

Its moments have been, in their order; it holds no more words than a mouth can speak in the time
that it claims. The chamber stamps its messages itself, so its word is checked against what capture
told of the stream. No I/O and no clock in here.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from edge.airlock import most_characters
from edge.messages import (
    Dropped,
    Ended,
    Enrolling,
    Hello,
    HomeHeard,
    Leaves,
    Level,
    Overheard,
    Saying,
    Seen,
    SourceKind,
    SpeechStarted,
    StageTime,
    Strained,
    Transcript,
    Unclear,
    VoiceProfile,
)
from edge.runtime.clocks import Window

LONGEST_STAGE_US: Final = 600_000_000
"""No step of the work takes ten minutes."""
MOST_MODELS: Final = 64


class _Order(NamedTuple):
    """A row: messages of one order follow each other on the clock of one source."""

    name: str
    source: SourceKind


ORDERS: Final[Mapping[type[Leaves], _Order]] = {
    Transcript: _Order("utterances", "audio"),
    Unclear: _Order("utterances", "audio"),
    Overheard: _Order("utterances", "audio"),
    SpeechStarted: _Order("beginnings of speech", "audio"),
    Level: _Order("levels", "audio"),
    Saying: _Order("words of what is being said", "audio"),
    Strained: _Order("words about the work", "audio"),
    Seen: _Order("sights", "video"),
}


class Claims:
    """What the running chamber has claimed so far."""

    def __init__(self, models: int = MOST_MODELS) -> None:
        """Begin with a chamber that has introduced so many models."""
        self._models = models
        self._until_ms: dict[_Order, int] = {}
        self._said_from_ms = -1
        """Where the newest transcript began; -1 before the first one."""
        self._may_return: set[_Order] = set()
        self._may_learn = False
        """Whether a voice was asked for that has not come yet."""

    def enrolment_asked(self) -> None:
        """Expect one voice, of this chamber or one that takes its place."""
        self._may_learn = True

    def begin(self, hello: Hello) -> None:
        """Begin anew with the next chamber."""
        self._models = len(hello.models)
        self._until_ms.clear()
        self._said_from_ms = -1
        self._may_return.clear()

    def source_started(self, kind: SourceKind) -> None:
        """Expect one step back in each order.

        A file that was lost is played again from where it was understood; what was being said when
        a device was closed ends when it opens again.
        """
        self._may_return |= {order for order in ORDERS.values() if order.source == kind}

    def judge(self, message: Leaves, windows: Mapping[SourceKind, Window]) -> str:
        """Return in one sentence what cannot be true of a message; nothing if all can be."""
        complaint = self._content(message)
        if complaint:
            return complaint
        order = ORDERS.get(type(message))
        if order:
            return self._moments(message, order, windows[order.source])
        if isinstance(message, Dropped | Ended):
            newest_ms = max(window.newest_ms for window in windows.values())
            return _ahead(message.at_ms, newest_ms)
        if isinstance(message, Enrolling | VoiceProfile):
            return self._voice(message, windows["audio"])
        return ""

    def _voice(self, message: Enrolling | VoiceProfile, window: Window) -> str:
        if not self._may_learn:
            return "a voice that nobody asked for"
        if isinstance(message, Enrolling):
            return _ahead(message.heard_ms, window.newest_ms)
        self._may_learn = False
        return ""

    def _content(self, message: Leaves) -> str:
        match message:
            case Transcript():
                most = most_characters(message.start_ms, message.end_ms)
                if len(message.text) > most:
                    duration_s = (message.end_ms - message.start_ms) / 1000
                    return f"{len(message.text)} characters in {duration_s:.1f} s of speech"
                return self._provenance(message.stages, message.model)
            case Saying():
                since_ms = max(message.start_ms, self._until_ms.get(ORDERS[Saying], 0))
                most = most_characters(since_ms, message.at_ms)
                return f"{len(message.text)} characters at once" if len(message.text) > most else ""
            case Seen():
                return self._provenance(message.stages, message.detector, message.reader)
            case HomeHeard() if len(message.text) > most_characters(0, message.heard_ms):
                return f"{len(message.text)} characters in {message.heard_ms / 1000:.1f} s of sound"
            case _:
                return ""

    def _provenance(self, stages: tuple[StageTime, ...], *models: int) -> str:
        if max(models) >= max(self._models, 1):
            return "a model that the chamber has not introduced"
        if len({time.stage for time in stages}) < len(stages):
            return "a step that was taken twice"
        if any(time.microseconds > LONGEST_STAGE_US for time in stages):
            return "a step that took more than ten minutes"
        return ""

    def _moments(self, message: Leaves, order: _Order, window: Window) -> str:
        start_ms, end_ms = _span(message)
        if start_ms > end_ms:
            return "an utterance that ends before it begins"
        if complaint := _ahead(end_ms, window.newest_ms):
            return complaint
        complaint = ""
        until_ms = self._until_ms.get(order, 0)
        if start_ms < until_ms and not self._goes_on(message, until_ms):
            complaint = f"{order.name} that overlap or run backwards"
        elif end_ms < window.oldest_ms:
            complaint = f"a moment {(window.oldest_ms - end_ms) / 1000:.0f} s older than may be"
        if complaint and order not in self._may_return:
            return complaint
        if complaint:
            self._may_return.remove(order)
        self._until_ms[order] = end_ms
        if isinstance(message, Transcript):
            self._said_from_ms = start_ms
        return ""

    def _goes_on(self, message: Leaves, until_ms: int) -> bool:
        """Say whether a message is the newest transcript again, with more."""
        if not (isinstance(message, Transcript) and message.goes_on):
            return False
        return message.start_ms == self._said_from_ms and message.end_ms > until_ms


def _span(message: Leaves) -> tuple[int, int]:
    if isinstance(message, Transcript | Unclear | Overheard):
        return message.start_ms, message.end_ms
    assert isinstance(message, SpeechStarted | Level | Seen | Saying | Strained)
    return message.at_ms, message.at_ms


def _ahead(at_ms: int, newest_ms: int) -> str:
    if at_ms <= newest_ms:
        return ""
    return f"a moment {(at_ms - newest_ms) / 1000:.1f} s further than the stream can have come"
