"""What does `--wearable phone[:PORT]` mean? A port for TLS on the network at home."""

import socket
from typing import Final

from edge.commands.companion import own_key
from edge.companion import key
from edge.launcher.doorway import Doorway
from edge.launcher.own_folder import StartFailed

LINK: Final = "phone"
PORTS: Final = 65_536
BESIDE: Final = 1
"""So far from the companion's port is ours, unless another is named."""


def door(where: str, page_port: int, token: bytes) -> tuple[Doorway, str]:
    """Return where a paired phone comes in, and what the user is told; raise StartFailed."""
    if not page_port:
        raise StartFailed("[companion] port is 0 in the configuration: phones never connect")
    beside = page_port + BESIDE
    if where and not (where.isdecimal() and int(where) < PORTS):
        raise StartFailed(f"--wearable {LINK}:{where}: {where} is no port; without one: {beside}")
    try:
        path = own_key()
        key.context(path)
        content = path.read_bytes()
    except key.NoCompanionKey as problem:
        raise StartFailed(str(problem)) from None
    except OSError as error:
        raise StartFailed(f"cannot read this device's key: {error.strerror}") from None
    listener = _listening(int(where) if where else beside)
    doorway = Doorway(LINK, token, listener, origin=f"https://:{page_port}", key=content)
    told = "the wearable is a paired phone: on its page Device, Use this phone as ears and eyes"
    return doorway, f"{told} (port {doorway.port})"


def _listening(port: int) -> socket.socket:
    try:
        if socket.has_dualstack_ipv6():
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        return socket.create_server(("", port))
    except OSError:
        raise StartFailed(
            f"cannot listen on port {port} of this machine; name another one: --wearable phone:PORT"
        ) from None
