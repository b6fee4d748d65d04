"""What is put to a reasoner, and what comes back? Nouns alone: no network, no library for one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from edge.evidence import Note, Question
from edge.ledger import Leaving
from edge.messages import ContextPacket

MOST_CHARACTERS: Final = 8_000
"""Of an answer; what comes after is not heard."""

Enter = Callable[[Leaving], None]
"""Enters in the ledger what is about to leave the device."""


class EndpointFailed(RuntimeError):
    """No answer came; the message is one sentence that says what to do."""

    def __init__(self, sentence: str, rest_s: float = 0.0, *, is_silence: bool = False) -> None:
        super().__init__(sentence)
        self.rest_s = rest_s
        """For so long it wants not to be asked again."""
        self.is_silence = is_silence
        """Whether its time was over; the next question may cost as much."""


@dataclass(frozen=True, slots=True)
class Call:
    """The model asks for a tool."""

    id: str
    name: str
    arguments: str
    """JSON, as the model wrote it: to be checked by who uses it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The answer is whole: in how many of the endpoint's own tokens, 0 where it does not say."""

    tokens: int
    is_stream: bool


Heard = str | Call | Ended


@dataclass(slots=True)
class Put:
    """A question that is put to one reasoner, and what came of it."""

    packet: ContextPacket
    question: Question
    """As it may be sent."""
    why: str
    found: list[str] = field(default_factory=list)
    """What tools found: an answer may rest on it."""
    drawn_on: list[Note] = field(default_factory=list)
    """The notes that they quote."""
    has_effect: bool = False
    """Whether something was done for it that is not to be done again."""
    text: str = ""
    """What was answered so far."""
    failure: EndpointFailed | None = None
    """Why it went no further."""
