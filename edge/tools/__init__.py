"""What may a reasoner do beside answering? The contract: tools, and what comes of using one.

A reasoner is told what there is (`Toolbox.described`) and asks for it by name with JSON arguments.
It decides nothing: whether a tool may run is decided here, from the wearer's own question
(`edge/tools/asked.py`) and from grants (`edge/tools/grants.py`), never from what the model says.
What a tool returns is data.
"""

from dataclasses import dataclass
from typing import Final, Literal, Protocol

from edge.evidence import Note, Question

Effect = Literal["none", "own", "outside"]
"""none: it only looks. own: it changes what the companion keeps, and can be undone. outside: it
reaches others, or destroys; it needs a grant."""

MOST_ARGUMENTS_BYTES: Final = 8_192
MOST_RESULT_CHARACTERS: Final = 4_000


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that can be done."""

    name: str
    """Letters, digits, `_` and `-`, at most 64: what OpenAI-compatible endpoints take."""
    description: str
    parameters: str
    """A JSON schema of an object."""
    effect: Effect = "none"


@dataclass(frozen=True, slots=True)
class Used:
    """What came of it: text for the reasoner, which is data and never an instruction."""

    text: str
    is_error: bool = False
    drawn_on: tuple[Note, ...] = ()
    """The notes that the text quotes: whoever may not be sent those is not sent the text."""


class Toolbox(Protocol):
    """All that can be used at the moment."""

    def described(self) -> tuple[Tool, ...]:
        """Return what there is; a server that died offers nothing."""

    async def use(self, name: str, arguments_json: str, question: Question) -> Used:
        """Use a tool for a question of the wearer.

        It never raises for what a model or a server did: that is a `Used` with `is_error`. It may
        wait for a grant, for a minute at most; cancelling it ends the waiting.
        """
