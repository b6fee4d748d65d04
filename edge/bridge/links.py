"""Which links are there? One row each: the module that opens it.

A module is imported by name, because only one is used and some bring a library of their own. It
has the two functions of `Opens`.
"""

from importlib import import_module
from typing import Final, Protocol

from firmware_bridge.links import Link, Terms

LINKS: Final = {
    "websocket": "edge.bridge.over_websocket",
    "phone": "edge.bridge.over_phone",
    "serial": "edge.bridge.over_serial",
    "wyoming": "edge.bridge.over_satellite",
    "omi": "edge.bridge.over_ble",
    "omi-app": "edge.bridge.over_omi_app",
    "xiaozhi": "edge.bridge.over_xiaozhi",
}
"""Name -> module. `edge/commands/wearable.py` says what a user types for each."""


class Opens(Protocol):
    """What the module of a link offers."""

    async def rehearse(self) -> None:
        """Do once, with nobody outside, all that a connection will need: nothing is imported later.

        Whatever it opens is closed again. What it brings is thrown away.
        """

    async def opened(self, terms: Terms, descriptor: int) -> Link:
        """Return the link over a descriptor (-1: none was given); before the seal, and before GO.

        Descriptors that it makes and keeps are its profile's business (`edge/seal/profiles.py`).
        """


def module(link: str) -> Opens:
    """Return the functions of a link."""
    return import_module(LINKS[link])
