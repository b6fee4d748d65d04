"""What does `[ADDRESS:]PORT` mean? A socket that listens there; on loopback without an ADDRESS."""

import ipaddress
import socket
from typing import Final

from edge.companion import addresses
from edge.launcher.own_folder import StartFailed

LOOPBACK: Final = "127.0.0.1"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def listening(where: str) -> tuple[socket.socket, Address]:
    """Return the socket, and the address that it listens on; raise StartFailed."""
    host, colon, port = where.rpartition(":")
    host = host.strip("[]") if colon else LOOPBACK
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise StartFailed(f"{where} is no place to listen: a port, or ADDRESS:PORT") from None
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET  # noqa: PLR2004 (IPv6)
    try:
        return socket.create_server((host, int(port)), family=family), address
    except (OSError, OverflowError, ValueError):
        raise StartFailed(
            f"cannot listen on {where}; name a free port, and an address of this machine"
        ) from None


def spelt(listener: socket.socket) -> str:
    """Return HOST:PORT as it stands in an address; where any was named, one of this machine's."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = next(iter(addresses.own()), host)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
