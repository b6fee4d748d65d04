"""What does one connection of Home Assistant ask, and how is it answered? No I/O.

We are the server: it describes itself, takes sound for text, tells when somebody speaks in it, and
gives sound for text. Sound that no `transcribe` came before is only listened to for speech. What
else Wyoming knows is left unanswered, as its description wants it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from firmware_bridge.wyoming import BadEvent, Decoder, Event, encode

RATE_HZ, WIDTH_BYTES, CHANNELS = 16_000, 2, 1
FORMAT: Final = {"rate": RATE_HZ, "width": WIDTH_BYTES, "channels": CHANNELS}
MOST_SOUND_S: Final = 30
"""Of one request. Home Assistant itself ends one after 15 s."""
MOST_TEXT: Final = 4000
"""Characters to be spoken at once."""
MAKERS: Final = {"name": "Offrecord", "url": ""}


@dataclass(frozen=True, slots=True)
class Begin:
    """Sound comes from now on."""

    wants_text: bool
    """Whether its words are wanted, or only when somebody speaks."""


@dataclass(frozen=True, slots=True)
class Sound:
    """int16 little-endian mono samples of 16 kHz."""

    samples: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stop:
    """All of the sound has come."""


@dataclass(frozen=True, slots=True)
class Say:
    """A text is wanted as sound."""

    text: str = field(repr=False)


Wish = Begin | Sound | Stop | Say


@dataclass(frozen=True, slots=True)
class Offers:
    """What this device can do, for who asks."""

    version: str
    recogniser: str
    """Name of its model."""
    languages: Sequence[str]
    """That it understands."""
    voice: str
    """As espeak-ng calls it; empty where nothing speaks."""

    @property
    def language(self) -> str | None:
        """The one that is understood; None where it is listened for."""
        return self.languages[0] if len(self.languages) == 1 else None

    def info(self) -> Event:
        """Return the answer to `describe`, every flag with its value."""
        words = {
            **self._artifact(self.recogniser, "speech to text, on this device"),
            "languages": list(self.languages),
        }
        asr = {
            **self._artifact("offrecord", "Offrecord: sealed, keeps no recording"),
            "models": [words],
            "supports_transcript_streaming": False,
            "requires_external_vad": True,
            "prefers_auto_gain_enabled": False,
            "prefers_noise_reduction_enabled": False,
        }
        others: tuple[str, ...] = ("handle", "intent", "wake", "mic", "snd")
        return Event("info", {"asr": [asr], "tts": self._speech(), **{each: [] for each in others}})

    def _speech(self) -> list[dict[str, Any]]:
        if not self.voice:
            return []
        voice = {
            **self._artifact(self.voice, "espeak-ng"),
            "languages": [self.voice.partition("+")[0]],
            "speakers": None,
        }
        return [
            {
                **self._artifact("offrecord", "Offrecord's voice"),
                "voices": [voice],
                "supports_synthesize_streaming": False,
            }
        ]

    def _artifact(self, name: str, description: str) -> dict[str, Any]:
        made = {"attribution": MAKERS, "installed": True, "version": self.version}
        return {"name": name, "description": description, **made}


class Session:
    """One connection. `replies` is what is to be sent; whoever sends it empties it."""

    def __init__(self, offers: Offers) -> None:
        self.replies: list[bytes] = []
        self.is_over = False
        """Whether nothing more is to be read of it."""
        self._offers = offers
        self._decoder = Decoder()
        self._wants_text = False
        self._bytes: int | None = None
        """Of the sound that is coming; None between two requests."""

    def feed(self, piece: bytes) -> Iterator[Wish]:
        """Take bytes in; yield what is wanted. After what is no event the connection is over."""
        try:
            for event in self._decoder.feed(piece):
                yield from self._take(event)
        except BadEvent as refusal:
            self.refuse(str(refusal))

    def refuse(self, why: str) -> None:
        """Say what is wrong, and read nothing more."""
        self.replies.append(encode(Event("error", {"text": why, "code": "refused"})))
        self.is_over = True

    def _take(self, event: Event) -> Iterator[Wish]:
        match event.type:
            case "describe":
                self.replies.append(encode(self._offers.info()))
            case "ping":
                self.replies.append(encode(Event("pong", {"text": event.text("text")})))
            case "transcribe":
                self._wants_text = True
            case "audio-start" | "audio-chunk":
                yield from self._sound(event)
            case "audio-stop" if self._bytes is not None:
                self._bytes, self._wants_text = None, False
                yield Stop()
            case "synthesize":
                yield self._say(event)
            case _:
                pass

    def _sound(self, event: Event) -> Iterator[Wish]:
        if {name: event.number(name) for name in FORMAT} != FORMAT:
            raise BadEvent("sound that is not of 16 kHz, 16 bit and one channel")
        if event.type == "audio-start" and self._bytes is not None:
            raise BadEvent("sound begins before the sound before it has ended")
        if self._bytes is None:
            self._bytes = 0
            yield Begin(self._wants_text)
        self._bytes += len(event.payload)
        if self._bytes > MOST_SOUND_S * RATE_HZ * WIDTH_BYTES:
            raise BadEvent(f"more than {MOST_SOUND_S} s of sound in one request")
        if len(event.payload) % WIDTH_BYTES:
            raise BadEvent("half a sample")
        if event.payload:
            yield Sound(event.payload)

    def _say(self, event: Event) -> Say:
        text = event.text("text")
        if event.data.get("text_format") not in {None, "text"}:
            raise BadEvent("a text that is not plain; only plain text is spoken here")
        if not 0 < len(text) <= MOST_TEXT:
            raise BadEvent(f"a text that has not 1 to {MOST_TEXT} characters")
        return Say(text)


# --- what is answered later -----------------------------------------------------------------------


def transcript(text: str, language: str | None) -> bytes:
    """Return what was said."""
    return encode(Event("transcript", {"text": text, "language": language}))


def voice(at_ms: int, *, speaks: bool) -> bytes:
    """Return that somebody speaks, or has stopped, so long after the sound's beginning."""
    return encode(Event("voice-started" if speaks else "voice-stopped", {"timestamp": at_ms}))


def speech_begins() -> bytes:
    """Return that sound follows."""
    return encode(Event("audio-start", {**FORMAT, "timestamp": 0}))


def speech(samples: bytes, at_ms: int) -> bytes:
    """Return some of it: int16 little-endian mono samples of 16 kHz."""
    return encode(Event("audio-chunk", {**FORMAT, "timestamp": at_ms}, samples))


def speech_ends(at_ms: int) -> bytes:
    """Return that it is over."""
    return encode(Event("audio-stop", {"timestamp": at_ms}))
