"""A xiaozhi device's Opus packets: three ways to frame them, and where their sound lies. No I/O.

A message of WebSocket is one packet: bare (1), behind 16 bytes (2) or behind 4 (3). Only the second
has room for a time; where that runs by the length of a packet it tells what is missing. The others
lose nothing on the way, and what a device leaves out by itself it does not tell. (`protocol.h` and
`websocket_protocol.cc` of 78/xiaozhi-esp32, MIT.)
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct
from typing import Final

from firmware_bridge.frames import SEQUENCES
from firmware_bridge.omi import Codec, Missing
from firmware_bridge.omi_sound import RATE_HZ, Sound
from firmware_bridge.order import Order
from firmware_bridge.session import Heard

VERSIONS: Final = range(1, 4)
BARE, TIMED, SHORT = VERSIONS
FRAMES_MS: Final = frozenset({10, 20, 40, 60, 80, 100, 120})
"""That a packet of Opus may hold."""
USUAL_FRAME_MS: Final = 60
MOST_PACKET_BYTES: Final = 1275 * 3
"""Of Opus: three frames of 20 ms, the largest there are."""
MOST_MISSING_MS: Final = 5000
"""A time that is further ahead says nothing of what is missing."""
TIMES: Final = 2**32

_OPUS, _WORDS = 0, 1
_TIMED: Final = Struct(">HHIII")
_SHORT: Final = Struct(">BBH")


class BadPacket(ValueError):
    """It is framed by no version, or not by the one that was agreed on."""


@dataclass(frozen=True, slots=True)
class Packet:
    """What one message held."""

    payload: bytes = field(repr=False)
    time_ms: int = 0
    """0 where it has none."""
    is_words: bool = False
    """JSON, not Opus."""


def unframed(version: int, message: bytes) -> Packet:
    """Return what a message holds; raise BadPacket."""
    kind = time_ms = 0
    payload = message
    if version in {TIMED, SHORT}:
        head = _TIMED if version == TIMED else _SHORT
        if len(message) < head.size:
            raise BadPacket("a message that is shorter than its head")
        payload = message[head.size :]
        if version == TIMED:
            named, kind, _, time_ms, length = _TIMED.unpack_from(message)
            if named != TIMED:
                raise BadPacket("a message of another version")
        else:
            kind, _, length = _SHORT.unpack_from(message)
        if length != len(payload):
            raise BadPacket("a message that is not as long as its head says")
    if kind not in {_OPUS, _WORDS}:
        raise BadPacket("a message that is neither sound nor words")
    if kind == _OPUS and not 0 < len(payload) <= MOST_PACKET_BYTES:
        raise BadPacket(f"a packet that has not 1 to {MOST_PACKET_BYTES} bytes")
    return Packet(payload, time_ms, kind == _WORDS)


def framed(version: int, payload: bytes, time_ms: int = 0) -> bytes:
    """Return the message of a packet of Opus."""
    if version == TIMED:
        return _TIMED.pack(TIMED, _OPUS, 0, time_ms % TIMES, len(payload)) + payload
    if version == SHORT:
        return _SHORT.pack(_OPUS, 0, len(payload)) + payload
    return payload


class Speech:
    """One connection's sound."""

    def __init__(self, frame_ms: int) -> None:
        self.order = Order()
        self._frame_ms = frame_ms
        self._codec = Codec("opus", "opus", RATE_HZ, frame_ms * RATE_HZ // 1000)
        self._number = 0
        self.begin()

    def begin(self) -> None:
        """Know that what comes next follows nothing."""
        self._sound: Sound | None = None
        self._time_ms = -1

    def take(self, packet: Packet, now: int) -> Iterator[Heard]:
        """Yield the sound of a packet that came at our position `now`, and what was before it."""
        missing = self._missing(packet.time_ms)
        self._number = (self._number + missing + 1) % SEQUENCES
        self.order.take(self._number)
        if not self._sound:
            self._sound = Sound(self._codec)
        if missing:
            yield from self._sound.hear(Missing(missing), now)
        yield from self._sound.hear(packet.payload, now)

    def _missing(self, time_ms: int) -> int:
        """Return how many packets did not come before this one, as far as it tells."""
        before, self._time_ms = self._time_ms, time_ms
        ahead_ms = (time_ms - before) % TIMES if before >= 0 else 0
        if not 0 < ahead_ms <= MOST_MISSING_MS or ahead_ms % self._frame_ms:
            return 0
        return ahead_ms // self._frame_ms - 1
