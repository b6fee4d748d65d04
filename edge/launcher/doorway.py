"""Where may a wearable come in? Named by who starts the run, and opened before a seal."""

import os
import socket
from dataclasses import dataclass, field
from typing import Final

NO_DESCRIPTOR: Final = -1


@dataclass(frozen=True, slots=True)
class Doorway:
    """A link of `edge/bridge/links.py`, and what it needs."""

    link: str
    token: bytes = field(repr=False)
    """What a wearable has to bring, `firmware_bridge.frames.TOKEN_BYTES` long."""
    listener: socket.socket | None = None
    """For links that others connect to."""
    where: str = ""
    """For those that reach out: what the user named."""
    origin: str = ""
    """Of the one web page that may connect; empty where none may."""

    @property
    def address(self) -> str:
        """Host and port by which others connect."""
        assert self.listener
        host, port = self.listener.getsockname()[:2]
        return f"{host}:{port}"

    def opened(self) -> int:
        """Return a descriptor for one process of the bridge, to be closed here when it has it.

        Raises OSError: the device is not there (yet).
        """
        return os.dup(self.listener.fileno()) if self.listener else NO_DESCRIPTOR
