"""Which nouns do a wearable and its bridge say to each other? No bytes in here, no I/O.

PROTOCOL.md has the table; `frames.py` has the bytes of each.
"""

import hmac
from dataclasses import dataclass
from typing import Final, Literal

HEARS, SEES, GAZES, HAS_BATTERY, HAS_BUTTON, MOVES, ENCRYPTS = 1, 2, 4, 8, 16, 32, 64
"""Bits of what a wearable can do."""

Motion = Literal["still", "moving", "walking", "running", "riding"]
MOTIONS: Final[tuple[Motion, ...]] = ("still", "moving", "walking", "running", "riding")
"""By their numbers on the wire; `moving` is for who cannot tell more."""


class BadFrame(ValueError):
    """The other side broke the table; the message is one sentence without content."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Who comes, with what, and the proof that it may."""

    capabilities: int
    token: bytes
    name: str = ""
    encapsulated: bytes = b""
    """What the chamber opens its sound with, of one that `ENCRYPTS` (`hpke.py`)."""

    def is_paired(self, token: bytes) -> bool:
        """Say whether it brings this token; takes as long whether it does or not."""
        return hmac.compare_digest(self.token, token)


@dataclass(frozen=True, slots=True)
class Sound:
    """int16 little-endian mono samples at 16 kHz."""

    samples: bytes


@dataclass(frozen=True, slots=True)
class Photo:
    """A whole JPEG file."""

    jpeg: bytes


@dataclass(frozen=True, slots=True)
class PackedSound:
    """IMA-ADPCM of 16 kHz mono, one block (`adpcm.py`): for lines too slow for `Sound`."""

    block: bytes


@dataclass(frozen=True, slots=True)
class EncryptedSound:
    """What `Sound` or `PackedSound` would hold, for the chamber alone."""

    kind: int
    """Of the frame that it would be: 2 or 9."""
    box: bytes
    """16 bytes longer than that (`hpke.py`)."""


@dataclass(frozen=True, slots=True)
class PhotoPart:
    """A piece of a JPEG file of `whole_bytes`; its frame's `at` is the photo's."""

    whole_bytes: int
    offset: int
    piece: bytes


@dataclass(frozen=True, slots=True)
class Gaze:
    """Where in the picture the wearer looks, in thousandths; None where on nothing in it."""

    place: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Battery:
    """How full it is."""

    percent: int
    is_charging: bool


@dataclass(frozen=True, slots=True)
class Moves:
    """How its wearer moves, as it judges by itself."""

    motion: Motion


@dataclass(frozen=True, slots=True)
class Mute:
    """The wearer wants nothing heard and seen any more."""


@dataclass(frozen=True, slots=True)
class Time:
    """The answer to `AskTime`: its number again; the frame's `at` is the wearable's clock."""

    echo: int


@dataclass(frozen=True, slots=True)
class Bye:
    """It goes, and nothing of what it sent was lost."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """It may send; and so many frames of sound and photos before it is given more credit."""

    sounds: int
    photos: int


@dataclass(frozen=True, slots=True)
class Credit:
    """So many more frames."""

    sounds: int
    photos: int


@dataclass(frozen=True, slots=True)
class AskTime:
    """What does your clock say? `number` comes back in the answer."""

    number: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the link is closed, for a person."""

    reason: str


Body = (
    Hello | Sound | Photo | Gaze | Battery | Mute | Time | Bye | PackedSound | PhotoPart | Moves
    | EncryptedSound | Welcome | Credit | AskTime | Refused
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its number, its moment on the sender's clock, and what it says."""

    body: Body
    sequence: int
    at: int
    """Samples of 16 kHz since the sender's clock began."""
