"""What becomes of the words that the house had found in its own sound, by the Wyoming protocol?

They go back to who sent the sound, and nowhere else: no note, no context, no reasoner, no screen.
That they leave the device is entered before they do, without the words.
"""

import hashlib
from typing import TYPE_CHECKING, Final

from edge.ledger import Leaving
from edge.messages import Control, HomeAsks, HomeHeard, HomeVoice
from edge.runtime.border import Enter
from edge.runtime.present import Show

if TYPE_CHECKING:
    from edge.companion.discovery import Discovery

SERVICE: Final = "_wyoming._tcp.local."
NAME_DIGITS: Final = 10
MOST_ASKING: Final = 16
"""Requests of which the address is remembered; the link has one at a time."""
WHY: Final = "the words in the sound that it sent"


class HomeWyoming:
    """The runtime's side of the house's link."""

    def __init__(self, enter: Enter, tell: Show, discovery: "Discovery | None" = None) -> None:
        """Enter with one, and tell the launcher, who hands it to the link, with the other."""
        self._enter, self._tell, self._discovery = enter, tell, discovery
        self._peers: dict[int, str] = {}

    def begin(self) -> None:
        """Let the house find us, where the user named an address of its network."""
        if self._discovery:
            self._discovery.begin()

    async def close(self) -> None:
        """Say goodbye."""
        if self._discovery:
            await self._discovery.end()

    def told(self, message: Control) -> None:
        """Know who waits for an answer."""
        if not isinstance(message, HomeAsks):
            return
        self._peers[message.number] = message.peer
        while len(self._peers) > MOST_ASKING:
            del self._peers[min(self._peers)]

    def answer(self, message: HomeVoice | HomeHeard) -> None:
        """Send back what was found; what nobody is known to have asked goes nowhere."""
        peer = self._peers.get(message.number)
        if peer is None:
            return
        if isinstance(message, HomeHeard):
            del self._peers[message.number]
            size_bytes = len(message.text.encode())
            self._enter(Leaving("HomeHeard", size_bytes, WHY, to=f"the house at {peer}"))
        self._tell(message)


def discovery(place: str, secret: bytes) -> "Discovery":
    """Return what announces ADDRESS:PORT, under a name that says nothing and stays.

    Home Assistant takes another name for another device. It is only told of at this one address,
    which is of the house: elsewhere nobody can follow it.
    """
    from edge.companion.discovery import Discovery, Service  # noqa: PLC0415 (8 MB, for few)

    address, _, port = place.rpartition(":")
    name = hashlib.sha256(b"house" + secret).hexdigest()[:NAME_DIGITS]
    return Discovery(int(port), Service(SERVICE, {}, name, address))
