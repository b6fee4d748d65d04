"""What does a xiaozhi device show and play of an answer? No I/O.

`tts` tells it that an answer begins, what is being said, and that it is over. Sound comes between:
a device drops what reaches it while it listens. (`docs/websocket.md` and `application.cc` of
78/xiaozhi-esp32, MIT.)
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal

from firmware_bridge import xiaozhi_frames
from firmware_bridge.links import VOICE_HZ
from firmware_bridge.xiaozhi_frames import USUAL_FRAME_MS

if TYPE_CHECKING:
    from firmware_bridge.opus import VoiceEncoder

FRAME_BYTES: Final = 2 * VOICE_HZ * USUAL_FRAME_MS // 1000
"""2880: int16 samples of 60 ms."""

Told = dict[str, str] | bytes
"""A message of JSON, or one that holds a packet of sound."""


class Answer:
    """What one connection is told of answers."""

    def __init__(self, version: int) -> None:
        """Take how packets are framed."""
        self.is_going_on = False
        self._version = version
        self._is_hushed = False
        """Whether its wearer wanted no more of the answer that goes on."""
        self._is_fresh = False
        """Whether anything came since `settle` looked last."""
        self._encoder: VoiceEncoder | None = None
        self._rest = b""
        """Samples that make no whole packet yet."""
        self._time_ms = 0

    def show(self, text: str, *, goes_on: bool, was_cut: bool) -> Iterator[Told]:
        """Yield what shows a part of an answer, unless empty, and its end unless it goes on."""
        self._is_fresh = True
        if text and not self._is_hushed:
            yield from self._begin()
            yield _tts("sentence_start") | {"text": text}
        if not goes_on:
            if self.is_going_on:
                silence = b"" if was_cut else bytes(-len(self._rest) % FRAME_BYTES)
                yield from self._packets(silence)
                yield _tts("stop")
            self.is_going_on = self._is_hushed = False

    def play(self, samples: bytes) -> Iterator[Told]:
        """Yield the packets that int16 samples complete."""
        self._is_fresh = True
        if not self._is_hushed:
            yield from self._begin()
            yield from self._packets(samples)

    def settle(self) -> Iterator[Told]:
        """Yield the end of an answer of which nothing came since this was asked last.

        Who speaks may have died: in some of its modes a device listens again only after the end.
        """
        if not self._is_fresh:
            yield from self.show("", goes_on=False, was_cut=True)
        self._is_fresh = False

    def hush(self) -> Told:
        """Return that it is over at once; what is still said of it goes nowhere."""
        self._is_hushed = self._is_hushed or self.is_going_on
        self.is_going_on, self._rest = False, b""
        return _tts("stop")

    def _begin(self) -> Iterator[Told]:
        if not self.is_going_on:
            self.is_going_on, self._rest = True, b""
            self._encoder = None  # its decoder begins anew, too
            yield _tts("start")

    def _packets(self, samples: bytes) -> Iterator[Told]:
        self._rest += samples
        while len(self._rest) >= FRAME_BYTES:
            frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
            self._encoder = self._encoder or _encoder()
            packet = self._encoder.encoded(frame)
            yield xiaozhi_frames.framed(self._version, packet, self._time_ms)
            self._time_ms += USUAL_FRAME_MS


def _encoder() -> "VoiceEncoder":
    from firmware_bridge.opus import VoiceEncoder  # noqa: PLC0415 (an extra: for who speaks)

    return VoiceEncoder(VOICE_HZ)


def _tts(state: Literal["start", "sentence_start", "stop"]) -> dict[str, str]:
    return {"type": "tts", "state": state}
