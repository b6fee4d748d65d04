"""What does the screen know at a moment? A frozen snapshot and one function that folds messages in.

No terminal and no clock in here: time is the stream's, as the messages tell it.
"""

from dataclasses import dataclass, replace
from typing import Final

from edge.messages import (
    Airlocked,
    ContextPacket,
    Ended,
    Hello,
    Level,
    MuteState,
    Overheard,
    Reply,
    Saying,
    SealLevel,
    SealState,
    Shown,
    SourceState,
    Speaking,
    SpeechStarted,
    Summary,
    Transcript,
    Unclear,
)
from edge.mute import until
from edge.view.lines import SAMPLES_PER_MS, Event, event, moment_of

KEPT_EVENTS: Final = 60
KEPT_LEVELS: Final = 32
WAKING: Final = "waking up: models are loaded, then the seal closes"
SENSING: Final = ("capture", "firmware_bridge")
"""How the names of processes begin that a mute ends."""
ENDED: Final = "all sources have ended"


@dataclass(frozen=True, slots=True)
class Loudness:
    """One beat of the meter."""

    dbfs: int
    is_speech: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything that is drawn."""

    at_ms: int = 0
    status: str = WAKING
    """What a person should know instead of what is sensed; empty while all is well."""
    muted: str = ""
    """Until when, in words; empty while it is not."""
    sources: tuple[SourceState, ...] = ()
    seals: tuple[tuple[str, SealLevel], ...] = ()
    levels: tuple[Loudness, ...] = ()
    is_speaking: bool = False
    """Whether somebody speaks."""
    saying: str = ""
    """What of it is sure so far."""
    is_heard: bool = False
    """Whether the companion does, aloud."""
    events: tuple[Event, ...] = ()
    last_heard: str = ""
    asked: str = ""
    """What the reply on the screen replies to; empty where nobody asked."""
    context: ContextPacket | None = None
    reply: Reply | None = None
    raw_bytes: int = 0
    airlock_bytes: int = 0
    is_over: bool = False


def fold(moment: Moment, message: Shown, wall_s: float = 0.0) -> Moment:
    """Return the next moment; `wall_s` as in `event`."""
    at_ms = max(moment.at_ms, moment_of(message))
    moment = replace(moment, at_ms=at_ms)
    for part in (_understand, _sense, _measure):
        moment = part(moment, message)
    line = event(message, at_ms, wall_s)
    if isinstance(message, MuteState):
        changed = message.muted != bool(moment.muted)
        moment = _hush(moment, until(message, wall_s) if message.muted else "")
        line = line if changed else None
    if line is None or isinstance(
        message, SealState | Reply | Speaking
    ):  # these have places of their own
        return moment
    before = moment.events
    if isinstance(message, Transcript) and message.goes_on:
        before, line = _without_half(before), line._replace(kind="heard")
    return replace(moment, events=(*before, line)[-KEPT_EVENTS:])


def _without_half(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Return the lines without that of the utterance whose place another takes."""
    heard = [place for place, line in enumerate(events) if line.kind == "heard"]
    return events[: heard[-1]] + events[heard[-1] + 1 :] if heard else events


def _understand(moment: Moment, message: Shown) -> Moment:
    """Take in what was understood and answered."""
    match message:
        case Transcript():
            return replace(moment, is_speaking=False, saying="", last_heard=message.text)
        case ContextPacket():
            return replace(moment, context=message, reply=None, asked=moment.last_heard)
        case Reply():
            asked = moment.asked if message.latency_ms >= 0 else ""
            return replace(moment, reply=message, asked=asked)
        case Ended():
            return replace(moment, status=ENDED, is_speaking=False, saying="")
        case Summary():
            return replace(
                moment,
                raw_bytes=message.raw_bytes,
                airlock_bytes=message.airlock_bytes,
                is_over=True,
            )
        case _:
            return moment


def _sense(moment: Moment, message: Shown) -> Moment:
    """Take in how the senses and their walls are."""
    match message:
        case Hello():
            return replace(moment, status="")
        case SealState():
            others = (seal for seal in moment.seals if seal[0] != message.process)
            return replace(moment, seals=tuple(sorted((*others, (message.process, message.level)))))
        case SourceState():
            rest = [source for source in moment.sources if source.kind != message.kind]
            sources = tuple(sorted((*rest, message), key=lambda source: source.kind))
            at_ms = max(moment.at_ms, message.samples // SAMPLES_PER_MS)
            return replace(moment, sources=sources, at_ms=at_ms)
        case SpeechStarted() | Saying():
            words = f"{moment.saying} {message.text}" if isinstance(message, Saying) else ""
            return replace(moment, is_speaking=True, saying=words.strip())
        case Unclear() | Overheard():
            return replace(moment, is_speaking=False, saying="")
        case _:
            return moment


def _hush(moment: Moment, muted: str) -> Moment:
    """Take in a mute or its end: what was half heard never comes, and who sensed is gone."""
    there = tuple(seal for seal in moment.seals if not (muted and seal[0].startswith(SENSING)))
    return replace(moment, muted=muted, is_speaking=False, saying="", levels=(), seals=there)


def _measure(moment: Moment, message: Shown) -> Moment:
    """Take in loudness, byte counts, and whether the companion is heard."""
    match message:
        case Level():
            beat = Loudness(message.dbfs, moment.is_speaking)
            return replace(moment, levels=(*moment.levels, beat)[-KEPT_LEVELS:])
        case Speaking():
            return replace(moment, is_heard=message.is_heard)
        case Airlocked():
            raw, out = message.raw_bytes, message.airlock_bytes
            return replace(moment, raw_bytes=raw, airlock_bytes=out)
        case _:
            return moment
