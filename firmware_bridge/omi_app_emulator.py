"""An Omi phone app that does not exist: it sends a pendant's sound, and reads segments. No I/O.

`PhoneApp` takes the pendant's frames as the app's own code does: unpacked, unless the address asks
for Opus; and what comes back by the rules of its `_handleMessage`.
"""

import json
from dataclasses import dataclass, field
from typing import Final

CLOSE: Final = '{"type":"CloseStream"}'
TAKEN: Final = "Results"
"""The only `type` that an answer with one may have."""
SECONDS_OF_NONE: Final = 5.0
"""How long a segment without an end is taken to be."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of speech, as the app keeps it."""

    text: str
    start_s: float
    end_s: float


@dataclass(slots=True)
class PhoneApp:
    """The phone's half of one connection."""

    codec: str = "pcm16"
    """What is sent: samples, or `opus`."""
    segments: list[Segment] = field(default_factory=list)
    """All that was understood of what came back."""
    ignored: int = 0
    """Answers in which the app finds nothing."""
    _encoder: "object | None" = field(default=None, repr=False)

    def sound(self, samples: bytes) -> bytes:
        """Return the message of 20 ms of int16 samples of 16 kHz."""
        if self.codec != "opus":
            return samples
        from firmware_bridge import opus  # noqa: PLC0415 (a library that others need not)

        if not isinstance(self._encoder, opus.Encoder):
            self._encoder = opus.Encoder()
        return self._encoder.encoded(samples)

    def hear(self, answer: str) -> None:
        """Take what the service says: an object, of which others than `Results` mean nothing."""
        told = json.loads(answer)
        found = told.get("segments") if isinstance(told, dict) else None
        if found and told.get("type", TAKEN) == TAKEN:
            self.segments += [_segment(each) for each in found if each["text"].strip()]
        else:
            self.ignored += 1


def _segment(told: dict[str, object]) -> Segment:
    start = float(str(told.get("start", 0.0)))
    end = float(str(told.get("end", start + SECONDS_OF_NONE)))
    return Segment(str(told["text"]).strip(), start, end)
