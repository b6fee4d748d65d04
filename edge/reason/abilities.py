"""What is known to be possible with an endpoint? Found out once (`probe`), kept beside the notes.

A file of its own, which anybody may read: it tells of endpoints, and of nothing that was heard,
seen or noted. What is kept for one endpoint is not believed of another model, key or address.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from edge import whole_file
from edge.config import Reasoner
from edge.garbled import GARBLED

FILE: Final = "reasoners.json"
WAY: Final = 1
"""Of finding out: what was found otherwise is found out again."""
MOST_BYTES: Final = 1 << 16
OWN_TOKENS: Final = 768
"""For what a model is told to be, the question and the answer."""


class Abilities(msgspec.Struct, frozen=True):
    """What an endpoint did when it was asked to."""

    context_tokens: int = 0
    """How much it can hold, by its own word; 0 where it says nothing."""
    streams: bool = True
    tools: bool = False
    """Whether it asked for a tool that it was told to use."""
    json: bool = False
    vision: bool = False
    """Known, and of no use: no picture gets to where a question is sent from."""
    is_known: bool = False
    """Whether it was found out at all."""

    def most_tokens(self, budget: int) -> int:
        """Return how many tokens of context it is given, if it were given `budget` at most.

        Ours are counted as four bytes each; most languages need more of a model's own.
        """
        if not self.context_tokens:
            return budget
        return max(1, min(budget, (self.context_tokens - OWN_TOKENS) // 2))


class _Book(msgspec.Struct, frozen=True):
    way: int
    known: dict[str, Abilities]


def read(folder: Path) -> Mapping[str, Abilities]:
    """Return what is known, by `name_of` an endpoint; empty if nothing readable is there."""
    try:
        with (folder / FILE).open("rb") as file:
            book = msgspec.json.decode(file.read(MOST_BYTES), type=_Book)
    except (OSError, *GARBLED):
        return {}
    return book.known if book.way == WAY else {}


def keep(folder: Path, found: Mapping[str, Abilities]) -> None:
    """Keep what was found out, beside what is known of others. Raises OSError."""
    book = _Book(WAY, {**read(folder), **found})
    whole_file.write(folder / FILE, msgspec.json.format(msgspec.json.encode(book)))


def name_of(settings: Reasoner) -> str:
    """Return what must be the same for abilities to hold."""
    return f"{settings.url} {settings.model} {settings.api_key_env}".strip()
