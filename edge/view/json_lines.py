"""What does a message look like as one JSON object? Times in seconds, shares from 0 to 1. Pure."""

from collections.abc import Sequence
from typing import Any

import msgspec

from edge.messages import ContextPacket, Hello, Message, Model, Seen, Shown, Summary, Transcript
from edge.view.lines import ratio

Fields = dict[str, Any]


class JsonLines:
    """Messages -> JSON objects; remembers which models the chamber introduced."""

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
            "goes_on": said.goes_on,
            "speaker": said.speaker.name.lower(),
            "speaker_score": said.speaker_score / 100,
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
            "illegible": seen.illegible,
            "light": seen.light.name.lower(),
            "faces": seen.faces,
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
    fields.pop("code", None)  # a voice is nobody's but the launcher's
    return fields
