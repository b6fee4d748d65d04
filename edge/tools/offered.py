"""What is a tool of the user's own server, what does that need of the runtime, how may it fail?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from edge.ledger import Leaving
from edge.messages import LINE_CHARACTERS, Notice, Shown
from edge.recall.answer import shortened
from edge.tools import Tool

PROCESS: Final = "tool."
"""Before the name of a server whose program the launcher starts."""


class ServerFailed(RuntimeError):
    """A server did not do what it was asked; one sentence, for the reasoner and for a person."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A tool of a server."""

    tool: Tool
    server: str
    """The server's name."""
    remote_name: str
    """What the server calls it."""
    to: str
    """Whom the ledger names: an address, or the program."""


@dataclass(frozen=True, slots=True)
class Rim:
    """What servers need of the runtime around them."""

    show: Callable[[Shown], None]
    enter: Callable[[Leaving], None]
    pipes: Mapping[str, tuple[int, int]]
    """Of a server whose program the launcher starts: where to ask it, and where to hear it."""


def sentence(text: str) -> Notice:
    """Return a notice of one line."""
    return Notice(shortened(text, LINE_CHARACTERS))
