"""What does `[ADDRESS:]PORT` of the house mean? A socket that listens, and what to know of it."""

import sys
from typing import Final

from edge.commands import place
from edge.launcher.doorway import HomeDoor

HELP: Final = "let Home Assistant use recogniser and voice (Wyoming); loopback without an ADDRESS"
OPEN: Final = (
    "Wyoming has no encryption and no password: whoever is in that network can send sound and text "
    "here, and whoever listens there hears what passes"
)


def door(where: str) -> HomeDoor:
    """Return where the house comes in, and tell the user what that means; raise StartFailed."""
    listener, address = place.listening(where)
    reached = f"{address}:{listener.getsockname()[1]}"
    sys.stderr.write(f"offrecord: the house comes to {reached}\n")
    if address.is_loopback:
        return HomeDoor(listener)
    sys.stderr.write(f"offrecord: {OPEN}\n")
    is_told = address.version == 4 and not address.is_unspecified  # noqa: PLR2004 (IPv4)
    return HomeDoor(listener, announced=reached if is_told else "")
