"""Who answers: the built-in recall, or which language model? A question in, a reply out.

Recall first: its own intents never leave the device. What needs a language model goes to the first
of the configured ones that may be asked and can be; to the next where that one fails, or where its
answer does not stand in what it was given. When all fail, recall's honest answer stands, with a
notice of why. Of several, all but the last are heard out before a word of them is shown.
"""

import logging
import time
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from edge import config
from edge.config import Withheld
from edge.escalation import enough
from edge.evidence import Note, Question
from edge.messages import LINE_CHARACTERS, ContextPacket, Notice
from edge.reason import prompt, withholding
from edge.reason.handshake import Handshake
from edge.reason.local_model import LocalModel
from edge.reason.parts import EndpointFailed, Enter, Put
from edge.reason.purse import Purse
from edge.recall import requests
from edge.recall.answer import Action, Memory, shortened
from edge.tools import Toolbox

if TYPE_CHECKING:  # what asks over the network takes 13 MB, and may have nobody to ask
    import aiohttp

    from edge.reason.remote import Remote

    Reasoner = Remote | LocalModel

logger = logging.getLogger(__name__)

MOST_REASONS: Final = 12
NEEDS_MODEL: Final = "a question that needs a language model"
NO_ANSWER: Final = "the reasoner before it did not answer"
NOT_BELIEVED: Final = "the answer of the reasoner before it was not enough"
UNSURE: Final = "I am not sure: "
LATE_S: Final = 60.0
"""So long one that was silent is asked after the others."""


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
    drawn_on: tuple[Note, ...] = ()
    """What tools found for it, beside what was at hand: who forgets that forgets this."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question that recall leaves to a language model."""

    question: Question
    packet: Callable[[Collection[Withheld], int], ContextPacket]
    """Makes what one is given, without what it is not sent, within so many tokens."""
    most_tokens: int
    why: str = NEEDS_MODEL
    """One clause for the ledger, without a word of the notes."""


class Cascade:
    """The rule of who answers, and the way to the language models."""

    def __init__(
        self,
        settings: Sequence[config.Reasoner],
        session: "aiohttp.ClientSession | None",
        enter: Enter,
        purse: Purse,
    ) -> None:
        self._settings = tuple(settings)
        self._purse = purse
        self.remotes: list[Remote] = []
        if session:
            from edge.reason import remote  # noqa: PLC0415 (as above)

            elsewhere = (each for each in settings if not each.weights)
            self.remotes += [remote.Remote(each, session, enter, purse) for each in elsewhere]
        self.local: LocalModel | None = None
        """The language model on this device, where one is configured."""
        self._rests_until_s: dict[int, float] = {}
        self._is_late_until_s: dict[int, float] = {}
        self._handshake: Handshake | None = None
        self._told_spent: dict[int, int] = {}

    def begin(self, handshake: Handshake) -> None:
        """Find out what the endpoints can do."""
        self._handshake = handshake
        handshake.begin(self.remotes)

    async def finish(self) -> None:
        """Ask nobody anything more."""
        if self._handshake:
            await self._handshake.finish()

    def use(self, toolbox: Toolbox) -> None:
        """Let those that can use tools use these."""
        for remote in self.remotes:
            remote.toolbox = toolbox

    def recall(self, question: Question, memory: Memory) -> tuple[Said, str]:
        """Return what recall says, and why a language model is to be asked; empty where none is."""
        own = requests.answer_all(question, memory)
        connected = bool(self._settings)
        said = Said(own.unaided(connected=connected), "recall", own.because, own.actions)
        is_wanted = own.needs_model and connected and not own.actions
        return said, (own.reason or NEEDS_MODEL) if is_wanted else ""

    async def ask(
        self, wanted: Wanted, fallback: Said
    ) -> AsyncGenerator[Said | Notice | ContextPacket, None]:
        """Yield a model's growing answer and then the final one, and notices of those that failed.

        When all fail, yield what came so far, or the fallback.
        """
        if self._handshake:
            self._handshake.pause()
        try:
            async with aclosing(self._one_after_the_other(wanted, fallback)) as parts:
                async for part in parts:
                    yield part
        finally:
            if self._handshake:
                self._handshake.go_on()

    async def _one_after_the_other(
        self, wanted: Wanted, fallback: Said
    ) -> AsyncGenerator[Said | Notice | ContextPacket, None]:
        line, spent = self._line_up()
        for sentence in spent:
            yield _notice(sentence)
        otherwise, why = fallback, wanted.why
        for each in line:
            put = self._put(each, wanted, why)
            async with aclosing(self._heard(each, put, is_last=each is line[-1])) as parts:
                async for part in parts:
                    yield part
            why = _doubt(wanted.question, put, is_last=each is line[-1])
            if not why:
                yield _whole(each, put)
                return
            if put.text.strip() and not put.failure:
                otherwise = replace(_whole(each, put), text=f"{UNSURE}{put.text.strip()}")
        yield otherwise

    async def _heard(
        self, each: "Reasoner", put: Put, *, is_last: bool
    ) -> AsyncGenerator[Said | Notice | ContextPacket, None]:
        """Yield what one is given, where it is less than all, and its answer while it grows.

        How it ends stands in `put`.
        """
        if each.settings.withhold:
            yield put.packet
        try:
            async with aclosing(self._words(each, put)) as words:
                async for word in words:
                    put.text += word
                    if is_last:
                        yield Said(put.text.lstrip(), _name(each), partial=True)
        except EndpointFailed as error:
            logger.info("a reasoner failed after %d characters", len(put.text))
            put.failure = error
            self._rest(each, error)
            yield _notice(str(error))
        else:
            if self._handshake and not isinstance(each, LocalModel):
                self._handshake.know(each)

    def _put(self, each: "Reasoner", wanted: Wanted, why: str) -> Put:
        self._purse.count(each.settings)
        withheld, most_tokens = each.settings.withhold, wanted.most_tokens
        if not isinstance(each, LocalModel):
            most_tokens = each.abilities.most_tokens(most_tokens)
        question = withholding.asked(wanted.question, withheld)
        return Put(wanted.packet(withheld, most_tokens), question, why)

    def _words(self, each: "Reasoner", put: Put) -> AsyncGenerator[str, None]:
        if isinstance(each, LocalModel):
            return each.ask(prompt.framed(put.packet, put.question.text))
        return each.answer(put)

    def _line_up(self) -> tuple[list["Reasoner"], list[str]]:
        """Return who may be asked, in order, and sentences about those who may not.

        One that was silent comes after the others for a while; one that wants to be left alone is.
        """
        awake: list[Reasoner] = []
        late: list[Reasoner] = []
        spent: list[str] = []
        now_s = time.monotonic()
        for each in self._all():
            if self._purse.is_spent(each.settings):
                spent += self._say_spent(each)
            elif self._is_late_until_s.get(id(each), 0.0) > now_s:
                late.append(each)
            elif self._rests_until_s.get(id(each), 0.0) <= now_s:
                awake.append(each)
        return [*awake, *late], spent

    def _all(self) -> list["Reasoner"]:
        remotes = iter(self.remotes)
        found = [self.local if each.weights else next(remotes) for each in self._settings]
        return [each for each in found if each]

    def _rest(self, each: "Reasoner", failure: EndpointFailed) -> None:
        now_s = time.monotonic()
        if failure.rest_s:
            self._rests_until_s[id(each)] = now_s + failure.rest_s
        if failure.is_silence:
            self._is_late_until_s[id(each)] = now_s + LATE_S

    def _say_spent(self, each: "Reasoner") -> list[str]:
        """Say once a day that one may be asked no more."""
        day = self._purse.today(each.settings).day
        if self._told_spent.get(id(each)) == day:
            return []
        self._told_spent[id(each)] = day
        most = each.settings.questions_a_day
        return [f"{_name(each)} is not asked any more today ([reasoner] questions_a_day = {most})"]


def _name(each: "Reasoner") -> str:
    return each.settings.name[:64]


def _whole(each: "Reasoner", put: Put) -> Said:
    """Return what a reasoner said, all of it or until it failed."""
    text = put.text.strip()
    text = f"{text} …" if put.failure else text
    return Said(text, _name(each), _grounds(put), drawn_on=tuple(put.drawn_on))


def _doubt(question: Question, put: Put, *, is_last: bool) -> str:
    """Return why the next one is to be asked; empty where the answer is to be given.

    An answer is given that nobody is left to better, or for which something was done.
    """
    if put.has_effect or (is_last and put.text.strip()):
        return ""
    if put.failure:
        return NO_ANSWER
    given = (*put.packet.text.split("\n"), *put.found)
    verdict = enough(question.text, put.text, given)
    return "" if verdict.is_enough else f"{NOT_BELIEVED}: {verdict.reason}"


def _notice(sentence: str) -> Notice:
    return Notice(shortened(sentence, LINE_CHARACTERS))


def _grounds(put: Put) -> tuple[str, ...]:
    """Return the lines that the answer could rest on, the last ones first dropped."""
    lines = put.packet.text.split("\n")[:-1]
    found = [line for text in put.found for line in text.split("\n")]
    return tuple(shortened(line, LINE_CHARACTERS) for line in [*lines, *found][-MOST_REASONS:])
