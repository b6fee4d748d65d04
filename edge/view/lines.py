"""What a message looks like as JSON, and as a line of text. Pure: no terminal in here.

Words from the outside (heard, read, answered) are cleaned of control characters on the way.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from edge.airlock import plain
from edge.messages import (
    ChildDied,
    ContextPacket,
    Dropped,
    Hello,
    Message,
    Model,
    Notice,
    Reply,
    SealState,
    Seen,
    Shown,
    SourceState,
    Summary,
    Transcript,
    Unclear,
)

LEVELS: Final = {
    "A": "seccomp and Landlock",
    "B": "seccomp and systemd",
    "C": "seccomp alone",
    "D": "the sound server is trusted",
}
Fields = dict[str, Any]


class Lines:
    """Messages -> JSON objects and lines; remembers which models the chamber introduced."""

    def __init__(self) -> None:
        self._models: Sequence[Model] = ()

    def note(self, message: Shown) -> None:
        """Take in what later messages refer to."""
        if isinstance(message, Hello):
            self._models = message.models

    def model(self, index: int) -> str:
        """Return a model's name and the beginning of its hash."""
        if index >= len(self._models):
            return "unknown"
        return f"{self._models[index].name}@{self._models[index].sha256[:8]}"

    def as_json(self, message: Shown) -> Fields:
        """Return a message as one JSON object, times in seconds, shares in 0 to 1."""
        match message:
            case Transcript():
                return {"type": "Transcript", **self._transcript(message)}
            case Seen():
                return {"type": "Seen", **self._seen(message)}
            case Summary():
                return {"type": "Summary", **_summary(message)}
            case ContextPacket():
                return {"type": "Context", **_fields(message)}
            case Hello():
                models = [self.model(index) for index in range(len(message.models))]
                return {"type": "Hello", "models": models}
            case _:
                return {"type": type(message).__name__, **_fields(message)}

    def _transcript(self, said: Transcript) -> Fields:
        return {
            "text": said.text,
            "start_s": said.start_ms / 1000,
            "end_s": said.end_ms / 1000,
            "confidence": said.confidence / 100,
            "model": self.model(said.model),
            "stages_ms": _stages(said),
        }

    def _seen(self, seen: Seen) -> Fields:
        return {
            "at_s": seen.at_ms / 1000,
            "objects": [
                {
                    "label": thing.label,
                    "score": thing.score / 100,
                    "box": [side / 1000 for side in thing.box],
                }
                for thing in seen.things
            ],
            "text": [line.text for line in seen.lines],
            "models": [self.model(index) for index in dict.fromkeys((seen.detector, seen.reader))],
            "stages_ms": _stages(seen),
        }


def _summary(summary: Summary) -> Fields:
    return {
        **_fields(summary),
        "ratio": ratio(summary.raw_bytes, summary.airlock_bytes),
        "sealed": {seal.process: seal.level for seal in summary.sealed},
        "stages": {
            stage.stage: {"count": stage.count, "p50_ms": stage.p50_ms, "p95_ms": stage.p95_ms}
            for stage in summary.stages
        },
    }


def _stages(message: Transcript | Seen) -> dict[str, float]:
    return {time.stage.name.lower(): time.microseconds / 1000 for time in message.stages}


def _fields(message: Message) -> Fields:
    """Return a message's fields, milliseconds of the stream's clock as seconds."""
    fields: Fields = {}
    for field in msgspec.structs.fields(message):
        value = getattr(message, field.name)
        if field.name.endswith("_ms") and field.name != "latency_ms":
            fields[f"{field.name[:-3]}_s"] = value / 1000
        else:
            fields[field.name] = msgspec.to_builtins(value)
    if fields.get("partial") is False:
        del fields["partial"]
    return fields


def ratio(raw_bytes: int, airlock_bytes: int) -> int:
    """Return how many bytes of media became one byte of context."""
    return raw_bytes // airlock_bytes if airlock_bytes else 0


def size(count: float) -> str:
    """Return a number of bytes for a person."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:  # noqa: PLR2004 (the next unit)
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"  # noqa: PLR2004
        count /= 1000
    return f"{count:.1f} GB"


def clock(at_ms: int) -> str:
    """Return a moment of the stream as minutes and seconds."""
    return f"{at_ms // 60_000:02d}:{at_ms % 60_000 / 1000:04.1f}"


def sight(seen: Seen) -> str:
    """Return what a picture showed, in a line."""
    things = [thing.label for thing in seen.things]
    counted = [
        label if things.count(label) == 1 else f"{things.count(label)} x {label}"
        for label in dict.fromkeys(things)
    ]
    texts = [f"“{plain(line.text)}”" for line in seen.lines]
    return " · ".join((*counted, *texts)) or "nothing I know"


def event(  # noqa: C901, PLR0911 (one case a kind of message)
    message: Shown,
) -> tuple[str, str, str] | None:
    """Return what a line says: when, what kind, and the words; None for what makes no line."""
    match message:
        case Transcript():
            return clock(message.end_ms), "heard", plain(message.text)
        case Unclear():
            return clock(message.end_ms), "heard", "(no words)"
        case Seen():
            return clock(message.at_ms), "saw", sight(message)
        case Dropped():
            lost = f"{message.frames} pictures, {message.samples / 16_000:.1f} s of sound"
            return clock(message.at_ms), "missed", lost
        case Reply(partial=False):
            return "", "reply", plain(message.text)
        case Notice():
            return "", "note", plain(message.text)
        case ChildDied():
            return "", "restart", f"{message.process}: {plain(message.reason)}; starting it again"
        case SealState():
            walls = LEVELS[message.level]
            return "", "sealed", f"{message.process} at level {message.level}: {walls}"
        case SourceState(phase="lost" | "failed"):
            return "", message.phase, plain(message.detail or message.device)
        case _:
            return None
