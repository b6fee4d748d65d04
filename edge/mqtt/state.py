"""How does sensing stand, and what kind of thing happened last? Pure; no word of what it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from edge.messages import (
    Control,
    MuteState,
    Offer,
    Reply,
    Seen,
    Shown,
    SourceState,
    Transcript,
    WearableState,
)

EVENTS: Final[Mapping[type, str]] = MappingProxyType(
    {Transcript: "heard", Seen: "seen", Reply: "answered", Offer: "offered"}
)
"""What the house is told of a message: its kind."""
UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True)
class State:
    """What the house sees."""

    running: Mapping[str, bool] = field(default_factory=dict)
    """By kind of source."""
    muted: bool = False
    battery_percent: int = UNKNOWN

    def payload(self) -> dict[str, str | int | None]:
        """Return it in the words of `discovery.py`."""
        is_open = {kind: runs and not self.muted for kind, runs in self.running.items()}
        return {
            "hearing": _on(is_open.get("audio", False)),
            "seeing": _on(is_open.get("video", False)),
            "muted": _on(self.muted),
            "battery": None if self.battery_percent == UNKNOWN else self.battery_percent,
        }


def fold(state: State, message: Control) -> State:
    """Return the state after the launcher said something."""
    match message:
        case SourceState(kind=kind, phase=phase):
            return replace(state, running={**state.running, kind: phase == "running"})
        case MuteState(muted=muted):
            return replace(state, muted=muted)
        case WearableState(battery=battery):
            return replace(state, battery_percent=battery)
        case _:
            return state


def event(message: Shown) -> str | None:
    """Return the kind of what happened; None for what is no event of the house's."""
    is_partial = isinstance(message, Reply) and message.partial
    is_nothing = isinstance(message, Seen) and not (message.things or message.lines)
    return None if is_partial or is_nothing else EVENTS.get(type(message))


def _on(is_so: bool) -> str:
    return "ON" if is_so else "OFF"
