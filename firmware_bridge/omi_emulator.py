"""A pendant, or glasses, that do not exist: Omi's other side, with its real codecs. No I/O.

`Firmware` has the characteristics that a phone would find, answers what is read and written, and
makes the notifications of sound and photos. What becomes of them on the way is `emulator.Way`'s.
"""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from firmware_bridge import omi, omi_ring
from firmware_bridge.omi_photo import CHUNK, END
from firmware_bridge.telephone import halved, to_mu_law

NUMBERS: Final = {codec.name: number for number, codec in omi.CODECS.items()}
"""Codec -> what its characteristic says."""
PIECE_BYTES: Final = 200
"""Of a photo, in a chunk."""
RECORD_BYTES: Final = 444
RING_RECORDS: Final = 4096
SEES: Final = frozenset({omi.PHOTO, omi.PHOTO_CONTROL})


@dataclass(slots=True)
class Firmware:
    """One pendant. Whoever carries its notifications asks it for them."""

    codec: str = "opus"
    notification_bytes: int = 251
    """The longest, its head included."""
    battery_percent: int = 80
    has_camera: bool = False
    recorded: int = 0
    """Records that it keeps of what it heard by itself."""
    number: int = 0
    """Of the next notification of sound."""
    quarter_turns: int = -1
    """Of its camera; -1: older firmware, which does not say."""
    photos_wanted: int = 0
    """How often one was asked for since one was made."""
    told_to_stop: int = 0
    buzzed: int = 0
    sent: int = 0
    _encoder: "object | None" = field(default=None, repr=False)

    @property
    def values(self) -> Mapping[str, bytes]:
        """Return the characteristics that can be read, with what they say."""
        bits = 1 << 2 | 1 << 3 | 1 << 5 | bool(self.recorded) << 6
        return {
            omi.AUDIO: b"",
            omi.CODEC: bytes([NUMBERS[self.codec]]),
            omi.FEATURES: bits.to_bytes(4, "little"),
            omi.BATTERY: bytes([self.battery_percent]),
            omi.BUTTON: omi.BUTTON_STATE.pack(0, 0),
            omi.HAPTIC: b"",
            omi.STORAGE: b"",
            **(dict.fromkeys(SEES, b"") if self.has_camera else {}),
        }

    def write(self, characteristic: str, value: bytes) -> Iterator[tuple[str, bytes]]:
        """Take what is written; yield the notifications that answer it."""
        if characteristic == omi.PHOTO_CONTROL:
            self.told_to_stop += value == omi.NO_PHOTOS
            self.photos_wanted = (self.photos_wanted + 1) * (value == omi.ONE_PHOTO)
        elif characteristic == omi.HAPTIC:
            self.buzzed += 1
        elif characteristic == omi.STORAGE and value == omi_ring.ASK:
            told = omi_ring.info(7, 7 + self.recorded, RING_RECORDS, RECORD_BYTES)
            yield omi.STORAGE, told
        elif characteristic == omi.STORAGE and value == omi_ring.CLEAR:
            self.recorded = 0
            yield omi.STORAGE, omi_ring.ack(omi_ring.OK)

    # --- what it sends by itself ---------------------------------------------------------------

    def sound(self, samples: bytes) -> Iterator[bytes]:
        """Yield the notifications of one frame: int16 samples of 16 kHz, as many as one has."""
        frame = self._packed(samples)
        room = self.notification_bytes - omi.HEAD.size
        for fragment, begin in enumerate(range(0, len(frame), room)):
            head = omi.HEAD.pack(self.number % omi.NUMBERS, fragment)
            self.number += 1
            self.sent += 1
            yield head + frame[begin : begin + room]

    @property
    def frame_samples(self) -> int:
        """How many samples of 16 kHz a frame has."""
        return omi.CODECS[NUMBERS[self.codec]].frame_samples

    def photo(self, jpeg: bytes) -> Iterator[bytes]:
        """Yield the chunks of a photo."""
        self.photos_wanted = 0
        turned = bytes([self.quarter_turns]) if self.quarter_turns >= 0 else b""
        for number, begin in enumerate(range(0, len(jpeg), PIECE_BYTES)):
            piece = jpeg[begin : begin + PIECE_BYTES]
            yield CHUNK.pack(number) + (turned if number == 0 else b"") + piece
        yield END

    def pressed(self, state: int) -> bytes:
        """Return what the button tells."""
        return omi.BUTTON_STATE.pack(state, 0)

    def _packed(self, samples: bytes) -> bytes:
        codec = omi.CODECS[NUMBERS[self.codec]]
        if codec.kind == "opus":
            from firmware_bridge import opus  # noqa: PLC0415 (a library that others need not)

            if not isinstance(self._encoder, opus.Encoder):
                self._encoder = opus.Encoder()
            return self._encoder.encoded(samples)
        heard = array("h", samples)
        if codec.rate_hz * 2 == omi.CODECS[0].rate_hz:
            heard = halved(heard)
        return to_mu_law(heard) if codec.kind == "mulaw" else heard.tobytes()
