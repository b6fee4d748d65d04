"""What is a phone told of what a person may see? Pure: from messages to items of the wire."""

from dataclasses import dataclass, field
from typing import Final

from edge.companion import wire
from edge.messages import (
    ChildDied,
    Control,
    MuteState,
    Notice,
    Offer,
    Overheard,
    Reply,
    SealState,
    Seen,
    Shown,
    SourceState,
    Speaker,
    Transcript,
    Wanted,
)
from edge.privacy import PASSING_S

WHO: Final = {Speaker.UNKNOWN: "", Speaker.WEARER: "wearer", Speaker.OTHER: "other"}


def item(message: Shown) -> wire.Item | None:
    """Return what is told of a message; None for what is not for a phone."""
    return _observed(message) or _said(message)


def _observed(message: Shown) -> wire.Item | None:
    match message:
        case Transcript(text=text, speaker=speaker, confidence=confidence, goes_on=goes_on):
            return wire.Heard(text, WHO[speaker], confidence, goes_on)
        case Overheard():
            return wire.SomebodySpoke()
        case Seen(things=things, lines=lines) if things or lines:
            return wire.Saw(tuple(t.label for t in things), tuple(line.text for line in lines))
    return None


def _said(message: Shown) -> wire.Item | None:
    match message:
        case Reply(partial=False, text=text, source=source, because=because, latency_ms=ms):
            lapses_s = PASSING_S if message.passes else 0
            return wire.Answered(text, source, because, ms, lapses_s)
        case Offer(number=number, kind=kind, text=text, because=because):
            return wire.Offered(number, kind, text, because)
        case Wanted(id=number, tool=tool, what=what, why=why):
            return wire.Wants(number, tool, what, why)
        case Notice(text=text):
            return wire.Noticed(text)
        case ChildDied(process=process, reason=reason):
            return wire.Noticed(f"{process} is started again: {reason}")
    return None


@dataclass(slots=True)
class Senses:
    """How hearing and seeing stand, as the launcher says."""

    running: dict[str, bool] = field(default_factory=dict)
    mute: MuteState = field(default_factory=lambda: MuteState(muted=False))
    seals: dict[str, wire.Seal] = field(default_factory=dict)

    def told(self, message: Control) -> None:
        """Take what the launcher says."""
        match message:
            case SourceState(kind=kind, phase=phase):
                self.running[kind] = phase == "running"
            case MuteState():
                self.mute = message
            case SealState(process=process, level=level, unchecked=unchecked):
                self.seals[process] = wire.Seal(process, level, unchecked)
            case _:
                pass

    def state(self) -> wire.State:
        """Return it all as a phone is told it."""
        mute = self.mute
        return wire.State(
            hears=not mute.muted and self.running.get("audio", False),
            sees=not mute.muted and self.running.get("video", False),
            muted=mute.muted,
            muted_until_s=mute.until_s,
            muted_why=mute.why if mute.muted else "",
            level=max((seal.level for seal in self.seals.values()), default=""),
        )
