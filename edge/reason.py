"""Who answers: the built-in recall, or a language model? Context in, a reply out.

Recall first: its own intents never leave the device. What needs a language model goes to the
configured endpoint, entered in the ledger before it is sent; when the endpoint fails, recall's
honest answer stands, with a notice of why. A language model on this device (`edge/local_model.py`)
is asked in the same way; what it is given does not leave the device, and is not entered.
"""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import aiohttp

from edge import config, endpoint
from edge.evidence import Question
from edge.ledger import Leaving
from edge.local_model import LocalModel
from edge.messages import LINE_CHARACTERS, ContextPacket, Notice
from edge.recall import requests
from edge.recall.answer import Action, Memory, shortened

logger = logging.getLogger(__name__)

MOST_REASONS: Final = 12

Enter = Callable[[Leaving], None]
"""Enters in the ledger what is about to leave the device."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be said, so far or finally."""

    text: str
    source: str
    because: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    partial: bool = False
    is_passing: bool = False
    """Whether it rests on what others said, and may not be kept either."""


class Reasoner:
    """The rule of who answers, and the way to a language model."""

    def __init__(
        self, settings: config.Reasoner, session: aiohttp.ClientSession, enter: Enter
    ) -> None:
        self._settings = settings
        self._session = session
        self._enter = enter
        self.local: LocalModel | None = None
        """The language model on this device, where one is configured."""

    def recall(self, question: Question, memory: Memory) -> tuple[Said, bool]:
        """Return what recall says, and whether the language model is to be asked instead."""
        own = requests.answer_all(question, memory)
        connected = bool(self._settings.url)
        said = Said(own.unaided(connected=connected), "recall", own.because, own.actions)
        return said, own.needs_model and connected and not own.actions

    async def ask(
        self, packet: ContextPacket, fallback: Said
    ) -> AsyncGenerator[Said | Notice, None]:
        """Yield the model's growing answer and then the final one.

        When it fails, yield a notice and what came so far, or the fallback.
        """
        text = ""
        source = self.local.name if self.local else self._settings.model[:64] or "endpoint"
        try:
            async with aclosing(self._words(packet)) as words:
                async for word in words:
                    text += word
                    yield Said(text.lstrip(), source, partial=True)
        except endpoint.EndpointFailed as error:
            logger.info("the endpoint failed after %d characters", len(text))
            yield Notice(shortened(str(error), LINE_CHARACTERS))
            broken_off = Said(f"{text.strip()} …", source, _given(packet))
            yield broken_off if text.strip() else fallback
            return
        yield Said(text.strip(), source, _given(packet))

    def _words(self, packet: ContextPacket) -> AsyncGenerator[str, None]:
        if self.local:
            return self.local.ask(packet.text)
        request = endpoint.body(self._settings, packet.text)
        why = "a question that needs a language model"
        self._enter(Leaving("Question", len(request), why, request.decode(), to=self._settings.url))
        return endpoint.ask(self._session, self._settings, request)


def _given(packet: ContextPacket) -> tuple[str, ...]:
    """Return the lines of context that the answer could rest on, the last ones first dropped."""
    lines = packet.text.split("\n")[1:-1]
    return tuple(shortened(line, LINE_CHARACTERS) for line in lines[-MOST_REASONS:])
