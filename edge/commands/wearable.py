"""What does `--wearable WHERE` mean? A doorway, and the sentence that tells how to come in."""

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final

from edge.commands import omi_app_door, phone_door, xiaozhi_door
from edge.commands.lasting_secret import lasting_secret
from edge.launcher.doorway import Doorway
from edge.launcher.own_folder import StartFailed
from firmware_bridge.frames import TOKEN_BYTES
from firmware_bridge.tty import BAUDS, USUAL_BAUD

OMI_NEEDS: Final = ("dbus_fast", "opuslib_next")
PORTS: Final = range(65_536)
SYSTEM_BUS: Final = Path("/run/dbus/system_bus_socket")

Meant = tuple[Doorway, str]
"""A doorway, and what the user is told of it."""


def _websocket(where: str) -> Meant:
    if not where.isdecimal():
        kinds = ", ".join((phone_door.LINK, *KINDS))
        raise StartFailed(f"--wearable {where} names no link: a port, or one of {kinds}")
    doorway = on_loopback(int(where))
    address = f"ws://{doorway.address}/link"
    told = f"the wearable connects to {address} with the token {doorway.token.hex()}"
    return _may_encrypt(doorway, told)


def _serial(where: str) -> Meant:
    path, at, baud = where.rpartition("@")
    path, baud = (path, baud) if at else (where, str(USUAL_BAUD))
    if not Path(path).is_char_device():
        raise StartFailed(
            f"--wearable serial:{where}: {path or 'nothing'} is no serial line; "
            "plug the board in, and name it as in /dev/ttyACM0"
        )
    if not baud.isdecimal() or int(baud) not in BAUDS:
        raise StartFailed(
            f"--wearable serial:{where}: {baud} is no speed of a serial line; "
            f"leave it out for {USUAL_BAUD}"
        )
    if not os.access(path, os.R_OK | os.W_OK):
        raise StartFailed(f"{path} is not yours to open; join its group, which is often dialout")
    doorway = Doorway("serial", new_token(), where=path, baud=int(baud))
    return _may_encrypt(doorway, f"the wearable is the board on {path}, at {baud} bits a second")


def _may_encrypt(doorway: Doorway, told: str) -> Meant:
    """Return the same for a link by which sound may come that only the chamber can open."""
    from firmware_bridge import hpke  # noqa: PLC0415 (a tenth of a second for who needs it not)

    secret = lasting_secret("the chamber's sound")
    key = hpke.public_of(secret).hex()
    words = f"its sound may be encrypted, to be opened in the chamber alone, with the key {key}"
    return replace(doorway, opening_key=secret), f"{told}\noffrecord: {words}"


def _omi(where: str, kind: str = "omi") -> Meant:
    if any(not find_spec(package) for package in OMI_NEEDS):
        raise StartFailed(f"--wearable {kind} needs `pip install offrecord[wearables]`")
    if "DBUS_SYSTEM_BUS_ADDRESS" not in os.environ and not SYSTEM_BUS.is_socket():
        raise StartFailed(
            f"--wearable {kind} needs this machine's Bluetooth service: `apt install bluez`"
        )
    told = f"the pendant {where}" if where else "the first Omi pendant in sight"
    doorway = Doorway("omi", new_token(), where=f"{kind}:{where}")
    return doorway, f"the wearable is {told}, by Bluetooth"


def _omi_purge(where: str) -> Meant:
    return _omi(where, "omi-purge")


def _wyoming(where: str) -> Meant:
    host, _, port = where.rpartition(":")
    try:
        number = PORTS.index(int(port))  # a larger one would be taken modulo 65536
        found = socket.getaddrinfo(host.strip("[]"), number, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        raise StartFailed(
            f"--wearable wyoming:{where}: {host or 'nothing'} is no address that is known here; "
            "name a satellite as in wyoming:192.168.1.30:10700"
        ) from None
    address = (str(found[0][4][0]), int(found[0][4][1]))
    doorway = Doorway("wyoming", new_token(), where=where, reaches=address)
    told = f"the wearable is the Wyoming satellite at {where}"
    return doorway, f"{told}; it has no encryption: who listens in that network hears it too"


KINDS: Final[Mapping[str, Callable[[str], Meant]]] = MappingProxyType(
    {
        "websocket": _websocket,
        "serial": _serial,
        "wyoming": _wyoming,
        "omi": _omi,
        "omi-purge": _omi_purge,
        omi_app_door.KIND: omi_app_door.door,
        xiaozhi_door.KIND: xiaozhi_door.door,
    }
)
"""What stands before the colon -> what the rest means; a port alone is the first one's."""

BLIND: Final = ("wyoming:", f"{omi_app_door.KIND}:")
"""Those by which no picture comes."""


def meant(words: str, page_port: int) -> Meant:
    """Return what the user's words mean; `page_port` is the app's; raise StartFailed."""
    kind, colon, where = words.partition(":")
    if kind == phone_door.LINK:
        return phone_door.door(where, page_port, new_token())
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
