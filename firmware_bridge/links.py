"""What is a link, whatever it speaks? It brings what a wearable sends, and says how that stands.

A protocol is a file without I/O, its link the file that touches the world. Whoever makes a link
gives it `Terms` and knows no more of it than is here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, runtime_checkable

from firmware_bridge.bodies import Motion
from firmware_bridge.frames import Gaze, Mute
from firmware_bridge.session import Closed, Gone, Heard, Pictured, Quiet

VOICE_HZ: Final = 24_000
"""Of what a wearable plays (`edge/voice/worn.py`)."""
Brought = Heard | Closed | Pictured | Gaze | Mute | Quiet | Gone


class Lost(ConnectionError):
    """The device by which a wearable comes is not there any more; it may come back."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a link is made with."""

    now: Callable[[], int]
    """Our position: samples of 16 kHz since the stream's start."""
    take: Callable[[Brought], None]
    """Gets what a wearable brings, on the event loop; must not wait."""
    token: bytes = field(default=b"", repr=False)
    """What a wearable has to bring, where the protocol has room for it."""
    origin: str = ""
    """Of the one web page that may connect; empty where none may.

    Without a host (`https://:8757`): of the host that the page itself was reached by."""
    key_fd: int = -1
    """Of a file with this device's key and certificate, where the link ends TLS."""
    where: str = ""
    """What the user named: a device, an address, a name; empty where that is a listening socket."""
    wants_words: Callable[[str, int], None] = lambda _who, _since: None
    """Is told who wants the words of its sound back, and from which position on; "": nobody."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is connected, or was last, and what became of what it sent."""

    name: str = ""
    """As it calls itself: a stranger's words."""
    is_connected: bool = False
    battery_percent: int = -1
    """-1 where it has not said."""
    lost: int = 0
    late: int = 0
    twice: int = 0
    damaged: int = 0
    """Packets, on a line that damages some; what was in them counts as lost, too."""
    motion: Motion | Literal[""] = ""
    """A word of `firmware_bridge.bodies.MOTIONS`; empty where it has not said."""
    trouble: str = ""
    """Why nobody comes, or what its wearer should know of it; for a person."""


@runtime_checkable
class TakesWords(Protocol):
    """A link by which words go back to who sent the sound that they were said in."""

    def take_words(self, text: str, start: int, end: int, *, is_other: bool) -> None:
        """Send back what was said between two of our positions; must not wait."""


@runtime_checkable
class TakesAnswers(Protocol):
    """A link by which answers go to who asked: to a screen, and to a loudspeaker."""

    def take_answer(self, text: str, *, goes_on: bool, was_cut: bool) -> None:
        """Show this, unless empty; unless it goes on, the answer is over. Must not wait.

        One that was cut is silent at once.
        """

    def take_voice(self, samples: bytes) -> None:
        """Play the next int16 mono samples, `VOICE_HZ` a second. Must not wait."""


class Link(Protocol):
    """One way in. It opens nothing by itself: its descriptor is there before the seal."""

    @property
    def standing(self) -> Standing | None:
        """How it stands; None before anybody came."""

    async def serve(self) -> None:
        """Bring what comes, for ever; returns when the device is gone for good. Raises Lost."""

    async def photo_done(self) -> None:
        """Let the next photo come: one is due, or somebody wants to see."""
