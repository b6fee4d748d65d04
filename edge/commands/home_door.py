"""What does `[ADDRESS:]PORT` of the house mean? A socket that listens, and what to know of it."""

import ipaddress
import socket
import sys
from typing import Final

from edge.launcher.doorway import HomeDoor
from edge.launcher.own_folder import StartFailed

LOOPBACK: Final = "127.0.0.1"
HELP: Final = "let Home Assistant use recogniser and voice (Wyoming); loopback without an ADDRESS"
OPEN: Final = (
    "Wyoming has no encryption and no password: whoever is in that network can send sound and text "
    "here, and whoever listens there hears what passes"
)


def door(where: str) -> HomeDoor:
    """Return where the house comes in, and tell the user what that means; raise StartFailed."""
    host, colon, port = where.rpartition(":")
    host = host.strip("[]") if colon else LOOPBACK
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise StartFailed(f"{where} is no place to listen: a port, or ADDRESS:PORT") from None
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET  # noqa: PLR2004 (IPv6)
    try:
        listener = socket.create_server((host, int(port)), family=family)
    except (OSError, OverflowError, ValueError):
        raise StartFailed(
            f"cannot listen on {where}; name a free port, and an address of this machine"
        ) from None
    place = f"{host}:{listener.getsockname()[1]}"
    sys.stderr.write(f"offrecord: the house comes to {place}\n")
    if address.is_loopback:
        return HomeDoor(listener)
    sys.stderr.write(f"offrecord: {OPEN}\n")
    is_told = address.version == 4 and not address.is_unspecified  # noqa: PLR2004 (IPv4)
    return HomeDoor(listener, announced=place if is_told else "")
