"""A paired phone over TLS on the network at home: the WebSocket link, and who may come in.

The key is read before the seal, from a file in memory; then its descriptor is closed. Strangers are
counted as at the companion's port, and none is worth a key exchange that calls from far away.
"""

import os
import socket
import time
from pathlib import Path
from typing import Final

from edge import tls
from edge.bridge import over_websocket
from edge.strangers import Strangers, is_ours
from firmware_bridge.links import Terms
from firmware_bridge.websocket import Door, Link

OPEN_FILES: Final = Path("/proc/self/fd")


async def opened(terms: Terms, descriptor: int) -> Link:
    """Return the link on a listening socket; a phone has come by TLS once, to rehearse."""
    try:
        secure = tls.server(OPEN_FILES / str(terms.key_fd))
    finally:
        os.close(terms.key_fd)
    await over_websocket.rehearsed(secure, tls.any_certificate())
    listener = over_websocket.listening(descriptor)
    names = (f"{socket.gethostname().lower()}.local",)
    strangers = Strangers()

    def is_meant(host: str, reached: tuple[str, int], origin: str | None) -> bool:
        ours = terms.origin.replace("//", f"//{host.rpartition(':')[0]}").lower()
        return is_ours(host, reached, names) and origin in {None, ours}

    def may_connect(address: str, waiting: int) -> bool:
        return strangers.may_connect(address, time.monotonic(), waiting)

    def greeted(address: str, *, is_paired: bool) -> None:
        if is_paired:
            strangers.was_let_in(address)
        else:
            strangers.was_wrong(address, time.monotonic())

    return Link(terms, Door(is_meant, may_connect, greeted, secure), listener)


async def rehearse() -> None:
    """Have one connection come without TLS; with it, when the key is there."""
    await over_websocket.rehearse()
