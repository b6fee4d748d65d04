"""What does `--wearable WHERE` mean? A doorway, and the sentence that tells how to come in."""

import secrets
import socket
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from edge.launcher.doorway import Doorway
from edge.launcher.own_folder import StartFailed
from firmware_bridge.frames import TOKEN_BYTES

Meant = tuple[Doorway, str]
"""A doorway, and what the user is told of it."""


def _websocket(where: str) -> Meant:
    if not where.isdecimal():
        raise StartFailed(f"--wearable {where} names no link: a port, or one of {', '.join(KINDS)}")
    doorway = on_loopback(int(where))
    address = f"ws://{doorway.address}/link"
    return doorway, f"the wearable connects to {address} with the token {doorway.token.hex()}"


KINDS: Final[Mapping[str, Callable[[str], Meant]]] = MappingProxyType({"websocket": _websocket})
"""What stands before the colon -> what the rest means; a port alone is the first one's."""


def meant(words: str) -> Meant:
    """Return what the user's words mean; raise StartFailed."""
    kind, colon, where = words.partition(":")
    if kind in KINDS:
        return KINDS[kind](where)
    return _websocket(words if colon else kind)


def on_loopback(port: int, origin: str = "") -> Doorway:
    """Return the doorway of our own frames on loopback, with a new token. Port 0: a free one."""
    return Doorway("websocket", new_token(), listening(port), origin=origin)


def new_token() -> bytes:
    """Return what a wearable has to bring this time."""
    return secrets.token_bytes(TOKEN_BYTES)


def listening(port: int) -> socket.socket:
    """Return a socket that listens on loopback; raise StartFailed."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError):
        raise StartFailed(
            f"cannot listen on port {port} of this machine; name another one, or 0"
        ) from None
