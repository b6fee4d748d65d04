"""How is a tool used? Checked, allowed, entered in the ledger, done; and only then told of.

The companion's own tools (`edge/tools/built_in.py`) and those of the user's servers
(`edge/tools/servers.py`) go through the same gate: what the wearer's own question does not ask for
needs a grant, and what leaves the device is entered before it is sent.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import msgspec

from edge import act
from edge.airlock import plain, visible
from edge.evidence import Note, Question
from edge.ledger import Leaving
from edge.messages import SENTENCE_CHARACTERS, Control
from edge.notes import NotesUnwritable, wishes
from edge.recall.answer import Answer, Memory, shortened
from edge.runtime.present import Present
from edge.tools import MOST_ARGUMENTS_BYTES, MOST_RESULT_CHARACTERS, Tool, Used, asked
from edge.tools.built_in import (
    BY_NAME,
    LOOK,
    RECALL,
    Arguments,
    Asking,
    BuiltIn,
    ForgetThis,
)
from edge.tools.grants import Grants
from edge.tools.offered import Offered, ServerFailed
from edge.tools.servers import Servers

logger = logging.getLogger(__name__)

RECALLED: Final = 12
"""Notes that one look-up returns."""
LONGEST_SHOWN: Final = 60
"""Characters of one argument, where all together are too many for one question."""
REFUSED: Final = "The wearer did not allow it."
NOT_ASKED: Final = "Refused: the wearer's question does not ask for that."


@dataclass(frozen=True, slots=True)
class Senses:
    """What tools need of the conversation."""

    memory: Callable[[Question], tuple[Memory, Sequence[Note]]]
    """What an answer may draw on, and what search found of it."""
    look: Callable[[], Awaitable[None]]
    """Returns when a fresh picture was understood, or did not come."""


class Tools:
    """The toolbox of one runtime."""

    def __init__(self, present: Present, senses: Senses, grants: Grants, servers: Servers) -> None:
        self._present, self._senses = present, senses
        self._servers = servers
        self.grants = grants

    def begin(self) -> None:
        """Connect to the user's servers from now on."""
        self._servers.begin()

    async def close(self) -> None:
        """Take leave of them."""
        await self._servers.close()

    def told(self, message: Control) -> None:
        """Hear of the servers' programs."""
        self._servers.told(message)

    def described(self) -> tuple[Tool, ...]:
        """Return what there is; a server that died offers nothing."""
        own = (row.tool for row in BY_NAME.values())
        return (*own, *(offered.tool for offered in self._servers.offered()))

    async def use(self, name: str, arguments_json: str, question: Question) -> Used:
        """Use a tool for a question of the wearer."""
        if len(arguments_json.encode()) > MOST_ARGUMENTS_BYTES:
            return Used(
                f"The arguments are longer than {MOST_ARGUMENTS_BYTES} bytes.", is_error=True
            )
        logger.info("a tool was asked for, with %d characters", len(arguments_json))
        if row := BY_NAME.get(name):
            return await self._use_own(row, arguments_json, question)
        offered = next((each for each in self._servers.offered() if each.tool.name == name), None)
        if offered is None:
            return Used("There is no such tool (any more).", is_error=True)
        return await self._use_server(offered, arguments_json)

    # --- the companion's own -------------------------------------------------------------------

    async def _use_own(self, row: BuiltIn, arguments_json: str, question: Question) -> Used:
        try:
            written = _arguments(arguments_json, between_lines=" ")
            wanted = msgspec.convert(written, type=row.arguments)
        except msgspec.MsgspecError as error:
            return Used(f"These arguments do not fit: {error}", is_error=True)
        memory, _ = self._senses.memory(question)
        why = "a tool of the reasoner; the question asks for it"
        if not row.is_asked(wanted, Asking(question, memory)):
            if row.is_refused:
                return Used(NOT_ASKED, is_error=True)
            choice = await self.grants.may(row.name, _shown(wanted), "the reasoner's idea")
            if choice == "never":
                return Used(REFUSED, is_error=True)
            why = f"a tool of the reasoner; granted {choice}"
            memory, _ = self._senses.memory(question)
        if isinstance(wanted, ForgetThis):
            return self._forget(wanted, why, question)
        if row.name == RECALL:
            return self._recall(row, wanted, question)
        if row.name == LOOK:
            await self._senses.look()
            memory, _ = self._senses.memory(question)
        return self._do(row.run(wanted, Asking(question, memory)), question, why)

    def _do(self, answer: Answer, question: Question, why: str) -> Used:
        if answer.actions and not self._present.carry_out(answer.actions, question, why):
            return Used("The disk does not take it.", is_error=True)
        if wish := act.off_the_record(answer.actions):
            self._present.show(wish)
        return Used(answer.text[:MOST_RESULT_CHARACTERS])

    def _recall(self, row: BuiltIn, wanted: Arguments, question: Question) -> Used:
        query = asked.narrowed(question.text, str(getattr(wanted, "query", "")))
        memory, found = self._senses.memory(Question(query, question.now))
        notes = tuple(found[:RECALLED])
        answer = row.run(wanted, Asking(question, replace(memory, notes=notes)))
        return Used(answer.text[:MOST_RESULT_CHARACTERS], drawn_on=notes)

    def _forget(self, wanted: ForgetThis, why: str, question: Question) -> Used:
        """Erase for good. An answer that is coming may rest on it, and is broken off."""
        now = datetime.fromtimestamp(question.now.wall_s, UTC).astimezone()
        try:
            wish = wishes.read((wanted.what, *wanted.which.split()), now)
            self._present.enter(Leaving("Effect", 0, f"notes were forgotten; {why}", to=act.NOTES))
            self._present.notes.wish(wish)
        except (wishes.BadWish, NotesUnwritable) as error:
            return Used(str(error), is_error=True)
        self._present.forget_wishes()
        self._present.tell("It is forgotten for good.")
        return Used("It is forgotten for good.")

    # --- the user's servers --------------------------------------------------------------------

    async def _use_server(self, offered: Offered, arguments_json: str) -> Used:
        try:
            arguments = _arguments(arguments_json, between_lines="\n")
        except msgspec.MsgspecError:
            return Used("The arguments are no JSON object.", is_error=True)
        why = "it only reads, and you let it"
        if offered.tool.effect == "outside":
            what = _shown(arguments)
            choice = await self.grants.may(offered.tool.name, what, "the reasoner's idea")
            if choice == "never":
                return Used(REFUSED, is_error=True)
            why = f"granted {choice}"
        sent = msgspec.json.encode(arguments).decode()
        about = f"{offered.tool.name}: {why}"
        self._present.enter(Leaving("ToolCall", len(sent.encode()), about, sent, to=offered.server))
        try:
            text, is_error = await self._servers.call(offered, arguments)
        except ServerFailed as error:
            return Used(shortened(str(error), MOST_RESULT_CHARACTERS), is_error=True)
        return Used(visible(text)[:MOST_RESULT_CHARACTERS], is_error)


# --- what a model wrote --------------------------------------------------------------------------


def _arguments(written: str, *, between_lines: str) -> dict[str, object]:
    """Return a model's arguments; texts in their plain form, which hides nothing from a person.

    Raises msgspec.MsgspecError.
    """
    try:
        arguments = msgspec.json.decode(written or "{}", type=dict[str, object])
        return {name: _plain(value, between_lines) for name, value in arguments.items()}
    except RecursionError:
        raise msgspec.ValidationError("they are nested too deeply") from None


def _plain(value: object, between_lines: str) -> object:
    match value:
        case str():
            return between_lines.join(map(plain, value.split("\n")))
        case list():
            return [_plain(each, between_lines) for each in value]
        case dict():
            return {name: _plain(each, between_lines) for name, each in value.items()}
        case _:
            return value


def _shown(arguments: object) -> str:
    """Return what is asked of the wearer: what would be used, not how the model spelt it.

    Of a long text the beginning and the length are shown, so that none hides what stands after it.
    """
    texts = msgspec.to_builtins(arguments)
    whole = msgspec.json.encode(texts).decode()
    if len(whole) <= SENTENCE_CHARACTERS:
        return whole
    return msgspec.json.encode({name: _begun(value) for name, value in texts.items()}).decode()


def _begun(value: object) -> object:
    written = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    left = len(written) - LONGEST_SHOWN
    return f"{written[:LONGEST_SHOWN]}… ({left} characters more)" if left > 0 else value
