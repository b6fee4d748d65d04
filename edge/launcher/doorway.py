"""Where may a wearable come in? Named by who starts the run, and opened before a seal."""

import os
import secrets
import socket
from dataclasses import dataclass, field, replace
from typing import Final, Self

from firmware_bridge import tty

NO_DESCRIPTOR: Final = -1
TAKES_WORDS: Final = frozenset({"omi-app", "xiaozhi"})
"""Links by which words go back, as who named one in the command was told."""
TAKES_ANSWERS: Final = frozenset({"xiaozhi"})
"""Those of them by which answers go, too: to a screen, and to a loudspeaker."""
CONNECTED_WITHIN_S: Final = 1.0
"""The launcher waits so long, and does nothing else, for who is in the same house."""


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
    reaches: tuple[str, int] | None = None
    """The address and port to which we connect."""
    baud: int = 0
    """Of the serial line that is named so; 0: it is none."""
    origin: str = ""
    """Of the one web page that may connect; empty where none may (`firmware_bridge/links.py`)."""
    key: bytes = field(default=b"", repr=False)
    """This device's key and certificate, where the link ends TLS."""
    opening_key: bytes = field(default=b"", repr=False)
    """For the chamber alone: opens what a wearable encrypts; empty where the link has no such."""

    @property
    def address(self) -> str:
        """Host and port by which others connect."""
        assert self.listener
        host, port = self.listener.getsockname()[:2]
        return f"{host}:{port}"

    @property
    def port(self) -> int:
        """The port by which others connect."""
        assert self.listener
        return int(self.listener.getsockname()[1])

    def with_another_token(self) -> Self:
        """Return the same for who brings something new."""
        return replace(self, token=secrets.token_bytes(len(self.token)))

    def opened(self) -> int:
        """Return a descriptor for one process of the bridge, to be closed here when it has it.

        Raises OSError: the device is not there (yet).
        """
        if self.reaches:
            return socket.create_connection(self.reaches, CONNECTED_WITHIN_S).detach()
        if self.baud:
            return tty.opened(self.where, self.baud)
        return os.dup(self.listener.fileno()) if self.listener else NO_DESCRIPTOR


@dataclass(frozen=True, slots=True)
class HomeDoor:
    """Where the house comes in: a socket that listens already."""

    listener: socket.socket
    announced: str = ""
    """ADDRESS:PORT of which zeroconf tells; empty where it does not."""
