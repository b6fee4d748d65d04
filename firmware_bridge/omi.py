"""What does an Omi or Friend pendant say over Bluetooth? Its table, and its fragments. No I/O.

From `Protocol.mdx`, `transport.c` and `storage.c` of BasedHardware/omi (MIT). Sound
comes in notifications: u16 number, one higher for each notification; u8 fragment, from 0 in each
frame of the codec; then a piece of that frame.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from struct import Struct
from types import MappingProxyType
from typing import Final, Literal

from firmware_bridge.order import Order


def _own(number: int) -> str:
    return f"19b1{number:04x}-e8f2-537e-4f6c-d104768a1214"


AUDIO_SERVICE: Final = _own(0x0000)
AUDIO, CODEC = _own(0x0001), _own(0x0002)
PHOTO, PHOTO_CONTROL = _own(0x0005), _own(0x0006)
FEATURES: Final = _own(0x0021)
BUTTON: Final = "23ba7925-0000-1000-7450-346eac492e92"
HAPTIC: Final = "cab1ab96-2ea5-4f4d-bb56-874b72cfc984"
STORAGE: Final = "30295781-4301-eabd-2904-2849adfeae43"
BATTERY: Final = "00002a19-0000-1000-8000-00805f9b34fb"

NO_PHOTOS, ONE_PHOTO = b"\x00", b"\xff"
HAPTIC_100_MS: Final = b"\x01"
NUMBERS: Final = 1 << 16
HEAD: Final = Struct("<HB")
MOST_FRAME_BYTES: Final = 4096
"""More than any frame has: 20 ms of 16-bit samples are 640."""

BUTTON_STATE: Final = Struct("<ii")
DOUBLE_TAP: Final = 2
"""Of what the button tells; here it mutes."""

Kind = Literal["pcm", "mulaw", "opus"]


@dataclass(frozen=True, slots=True)
class Codec:
    """How sound is packed."""

    name: str
    kind: Kind
    rate_hz: int
    frame_samples: int
    """Of 16 kHz, in a frame: what counts for one that was lost before any came."""


CODECS: Final[Mapping[int, Codec]] = MappingProxyType(
    {
        0: Codec("pcm16", "pcm", 16_000, 160),
        1: Codec("pcm8", "pcm", 8_000, 160),
        10: Codec("mulaw", "mulaw", 16_000, 160),
        11: Codec("mulaw8", "mulaw", 8_000, 160),
        20: Codec("opus10", "opus", 16_000, 160),
        21: Codec("opus", "opus", 16_000, 320),
    }
)
"""What the codec's characteristic says -> the codec."""


class UnknownCodec(ValueError):
    """The pendant packs its sound in a way that is not known here."""


def codec(value: bytes) -> Codec:
    """Return the codec that the characteristic's value names; raise UnknownCodec."""
    if len(value) != 1 or value[0] not in CODECS:
        raise UnknownCodec(f"its codec {value.hex() or 'of no number'} is not known here")
    return CODECS[value[0]]


def is_mute(value: bytes) -> bool:
    """Say whether the button's new state is the one that mutes."""
    return len(value) >= BUTTON_STATE.size and BUTTON_STATE.unpack_from(value)[0] == DOUBLE_TAP


def percent(value: bytes) -> int:
    """Return a battery's charge; -1 for what is none."""
    return value[0] if len(value) == 1 and value[0] <= 100 else -1  # noqa: PLR2004 (per cent)


# --- fragments -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Missing:
    """So many frames of the codec have not come, or not whole."""

    frames: int


class Fragments:
    """Notifications of one connection -> frames of the codec, and where some are missing.

    A frame is whole when the next begins. What comes late, or twice, is counted and let go: the
    place where it belongs has been filled by then.
    """

    def __init__(self) -> None:
        self.order = Order(NUMBERS)
        self.damaged = 0
        """Notifications that are none."""
        self._frame = bytearray()
        self._fragment = -1
        """Newest of this frame; -1 before the first frame."""
        self._is_whole = False
        self._usual = 1
        """Fragments that a frame has, as far as is known."""

    def take(self, notification: bytes) -> Iterator[bytes | Missing]:
        """Yield what this notification completes."""
        if len(notification) <= HEAD.size:
            self.damaged += 1
            return
        number, fragment = HEAD.unpack_from(notification)
        before = self.order.lost
        if self.order.take(number) != "next":
            return
        yield from self._go_on(fragment, self.order.lost - before)
        if len(self._frame) + len(notification) > MOST_FRAME_BYTES:
            self._is_whole = False
        if self._is_whole:
            self._frame += notification[HEAD.size :]

    def end(self) -> Iterator[bytes | Missing]:
        """Yield the frame that was on its way, as far as one can tell that it is whole."""
        if self._fragment >= 0:
            yield from self._done(is_all_there=self._fragment + 1 >= self._usual)
        self._fragment = -1

    def _go_on(self, fragment: int, lost: int) -> Iterator[bytes | Missing]:
        """Come to another fragment, after so many that were lost on the way."""
        if self._fragment < 0:  # the first that came: nothing is known to be missing
            self._begin(fragment)
        elif lost:
            yield from self._leap(fragment, lost)
        elif fragment == 0:
            self._usual = self._fragment + 1
            yield from self._done(is_all_there=True)
            self._begin(0)
        else:
            self._is_whole &= fragment == self._fragment + 1
            self._fragment = fragment

    def _leap(self, fragment: int, lost: int) -> Iterator[bytes | Missing]:
        """Find out over how many frames a gap goes, if they have as many fragments as is usual."""
        passed = self._fragment + lost + 1 - fragment
        frames = max(int(fragment == 0), round(passed / self._usual))
        if not frames:
            self._is_whole, self._fragment = False, fragment
            return
        yield from self._done(is_all_there=self._fragment + 1 >= self._usual)
        if frames > 1:
            yield Missing(frames - 1)
        self._begin(fragment)

    def _begin(self, fragment: int) -> None:
        self._fragment, self._is_whole = fragment, fragment == 0

    def _done(self, *, is_all_there: bool) -> Iterator[bytes | Missing]:
        frame = bytes(self._frame)
        self._frame[:] = bytes(len(self._frame))  # overwritten before it is given back
        self._frame.clear()
        yield frame if self._is_whole and is_all_there else Missing(1)
