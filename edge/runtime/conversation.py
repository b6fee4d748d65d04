"""What happens when somebody speaks? A note, and an answer when it was for the companion.

One question at a time: a new one ends the one that is still being answered. No utterance is
answered twice: the question is noted before it is answered, also for the process that comes after
a kill -9.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from edge import act, addressee, errand
from edge.airlock import plain
from edge.attention import Gaze
from edge.config import Config, Withheld
from edge.context import Context, due
from edge.evidence import Kind, Note, Question, quoted
from edge.messages import Attend, ContextPacket, Control, Notice, Reply, Speaker, Transcript
from edge.packet import render
from edge.privacy import PASSING_S, is_passing
from edge.reason import withholding
from edge.reason.cascade import Cascade, Said, Wanted
from edge.reason.purse import Purse
from edge.recall.answer import Memory
from edge.recall.words import tokens
from edge.runtime.judge import Judge
from edge.runtime.meanings import Meanings
from edge.runtime.present import Present, Show
from edge.search.alike import alike
from edge.search.finder import Finder
from edge.wall_clock import Today

if TYPE_CHECKING:
    import aiohttp

logger = logging.getLogger(__name__)

FOUND_NOTES: Final = 60
FOUND_ERRANDS: Final = 10
DOCUMENT_CHARACTERS: Final = 16_000
AGAIN: Final[tuple[Kind, ...]] = ("said", "asked", "told", "remembered", "derived")
"""What is made of an utterance, and made again of the whole of it."""
SAID: Final[tuple[Kind, ...]] = ("said",)
"""The same of one that asked nothing, or no less than the whole does."""
TAKEN_BACK: Final = "You went on speaking: what was answered before is taken back."
SPEAKERS: Final = {Speaker.UNKNOWN: "", Speaker.WEARER: "wearer", Speaker.OTHER: "other"}
BROKEN_OFF: Final = "(This answer was broken off: something was forgotten.)"
NOT_KEPT: Final = "(An answer that rested on what others said; it was not kept.)"


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, and when its last word was spoken, by `time.monotonic()`."""

    question: Question
    spoken_s: float
    drawn_on: tuple[Note, ...] = ()
    """What an answer may rest on."""
    given: tuple[str, ...] = ()
    """The lines that a language model was given."""

    def latency_ms(self) -> int:
        """Return how long ago the last word was."""
        return max(0, round((time.monotonic() - self.spoken_s) * 1000))


@dataclass(frozen=True, slots=True)
class Half:
    """The newest utterance: should its speaker go on, what was made of it is taken back."""

    start_ms: int
    before: Context
    """What was in mind before it."""
    request: str = ""


class Conversation:
    """The dialogue with the wearer."""

    def __init__(
        self,
        present: Present,
        settings: Config,
        session: "aiohttp.ClientSession | None",
        show: Show,
    ) -> None:
        self._present = present
        self._settings = settings
        today = Today()
        purse = Purse(present.notes, lambda: today.day().toordinal())
        self.reasoners = Cascade(settings.reasoner, session, present.enter, purse)
        self._show = show
        self._answering: asyncio.Task[None] | None = None
        self._turn: Turn | None = None
        self._half: Half | None = None
        self._growing: Reply | None = None
        self.on_reply: Callable[[float], None] = lambda _latency_ms: None
        self.on_taken_back: Callable[[], None] = lambda: None
        """Is called when what was asked is asked no more."""
        self.heard_for_s: Callable[[], float] = lambda: 0.0
        """How long after its question the last word of the last reply was spoken."""
        self.context_tokens = 0
        self.gaze = Gaze()
        """Where the wearer looks."""
        self.judge = Judge()
        self.finder = Finder(present.notes)
        self.meanings: Meanings | None = None
        """None where there is no mind."""

    def told(self, message: Control) -> None:
        """Hear from the launcher who of those asked is there, and where the wearer looks."""
        if isinstance(message, Attend):
            self.gaze = Gaze.told(message, time.monotonic())
        if self.meanings:
            self.meanings.told(message)
        if self.reasoners.local:
            self.reasoners.local.told(message)

    def is_request(self, heard: Transcript) -> bool:
        """Say whether an utterance is for the companion, in whole or in part."""
        return not self.is_passing(heard) and bool(self._meant(heard).request)

    def is_passing(self, heard: Transcript) -> bool:
        """Say whether an utterance is another's, and may not be kept."""
        return is_passing(heard, self._settings.privacy.mode)

    def overhear(self, heard: Transcript) -> None:
        """Have in mind what another said, for a while of the stream's clock and of ours."""
        present = self._present
        before = self._half_of(heard).before
        present.set_aside(before, SAID)
        self._half = Half(heard.start_ms, before)
        at_ms = heard.end_ms + present.context.audio_shift_ms
        note = self._note("said", heard.text, at_ms, heard)
        present.fold(heard)
        self.judge.observed(heard)
        present.overhear(note)
        asyncio.get_running_loop().call_later(PASSING_S, present.let_pass, note)

    def note(self, heard: Transcript, spoken_s: float) -> Turn | None:
        """Note an utterance; return the turn that is to be answered if it is for the companion.

        One that goes on with the utterance before takes its place: what was answered to half a
        sentence is taken back, unless no more was asked.
        """
        present = self._present
        half = self._half_of(heard)
        shift_ms = present.context.audio_shift_ms
        answered = heard.start_ms + shift_ms < half.before.answered_until_ms
        at_ms = heard.end_ms + shift_ms
        meant = self._meant(heard)
        if answered:
            meant = addressee.Decision("", heard.text)
        self._half = replace(half, request=meant.request)
        is_answered = bool(half.request) and tokens(half.request) == tokens(meant.request)
        old = self._take_back(half, AGAIN if half.request and not is_answered else SAID)
        present.fold(heard)
        if meant.rest:
            present.keep(self._note("said", meant.rest, at_ms, heard))
        turn = None
        if meant.request and not is_answered:
            present.keep(self._note("asked", meant.request, at_ms, heard))
            turn = Turn(Question(meant.request, present.context.now_at(at_ms)), spoken_s)
        if old:
            present.drop(old)
        if half.request and not meant.request:
            present.tell(TAKEN_BACK)
        return turn

    def typed(self, text: str) -> Turn:
        """Note what the wearer typed, which is for the companion; return the turn.

        It is kept in the plain form that words have which leave the chamber.
        """
        present, text = self._present, plain(text)
        now = present.now()
        asked = Note("asked", text, now.ms, now.wall_s, now.run, "phone", who="wearer")
        present.keep(asked, is_observed=False)
        self._half = None
        return Turn(Question(text, now), time.monotonic())

    def _half_of(self, heard: Transcript) -> Half:
        """Return the utterance that this one goes on with; a new one where it goes on with none."""
        half = self._half
        if heard.goes_on and half and half.start_ms == heard.start_ms:
            return half
        return Half(heard.start_ms, self._present.context)

    def _take_back(self, half: Half, kinds: Collection[Kind]) -> set[int]:
        """Have in mind no more what was made of half an utterance; return its notes."""
        if "asked" in kinds:
            self._break_off()
            self.on_taken_back()
        return self._present.set_aside(half.before, kinds)

    def ring(self, now_s: float) -> None:
        """Say what is due by the clock on the wall; what is long over says so."""
        present = self._present
        for over in due(present.context, now_s):
            text = errand.ring(over, now_s)
            context = present.context
            at_ms = max(context.now_ms, round(1000 * (now_s - context.wall_s(0))))
            at_ms = context.now_ms if context.wall_at_zero_s is None else at_ms
            present.keep(Note("told", text, at_ms, now_s, context.run, "timer"))
            self._show(Reply(text, "timer", ()))
            present.rung(over)

    async def finish(self, limit_s: float) -> None:
        """Let a pending answer end, for so long at most."""
        if self._answering and not self._answering.done():
            await asyncio.wait({self._answering}, timeout=limit_s)
            self._break_off()
        await self.reasoners.finish()

    def forget(self) -> None:
        """Have nothing more in mind of what was said before: some of it was forgotten."""
        self._break_off(keeps=False)
        self.on_taken_back()
        self._turn = self._half = None
        self.judge.forget()

    # --- one turn ------------------------------------------------------------------------------

    def answer(self, turn: Turn) -> None:
        """Answer at once, or begin an answer that streams."""
        self._break_off()
        self._turn = turn
        memory, found = self.memory(turn.question)
        turn = self._turn = replace(turn, drawn_on=(*memory.notes, *memory.whereabouts))
        wanted = self._wanted(turn.question, found)
        packet = wanted.packet((), wanted.most_tokens)
        self.context_tokens = packet.tokens
        self._show(packet)
        said, why = self.reasoners.recall(turn.question, memory)
        overheard = self._overheard(turn.question, memory, said)
        if overheard:
            said, why = overheard, ""
        if not why:
            self._finally(turn, said)
            return
        turn = self._turn = replace(turn, given=tuple(packet.text.split("\n")))
        parts = self.reasoners.ask(replace(wanted, why=why), said)
        self._answering = asyncio.get_running_loop().create_task(self._stream(turn, parts))
        self._answering.add_done_callback(_let_it_die)

    def _wanted(self, question: Question, found: Sequence[Note]) -> Wanted:
        """Return what a language model is asked, and how its context is made."""
        context = self._present.context

        def packet(withheld: Collection[Withheld], most_tokens: int) -> ContextPacket:
            left, notes = withholding.permitted(context, found, withheld)
            return render(left, withholding.asked(question, withheld), notes, most_tokens)

        return Wanted(question, packet, self._settings.context.tokens)

    def memory(self, question: Question) -> tuple[Memory, list[Note]]:
        """Return what an answer may draw on, and what of it is no longer in mind."""
        context, notes = self._present.context, self._present.notes
        understood = self.meanings.understand(question.text) if self.meanings else None
        found = [each.note for each in self.finder.find(question, understood, FOUND_NOTES)]
        kept = notes.recent(FOUND_ERRANDS, ("remembered",))
        in_mind = (*context.heard, *context.seen, *found, *kept)
        minutes = self._settings.mute.spoken_minutes
        point = self.gaze.now(time.monotonic())
        are_closed = self._settings.vision.eyes == "closed"
        sights = context.sights
        undoable = context.changes[-1].words if context.changes else ""
        return Memory(
            in_mind,
            context.errands,
            minutes,
            sights,
            point,
            are_closed,
            undoable=undoable,
            alike=alike(understood, notes.pieces(note.id for note in in_mind)),
            standing=context.standing,
            whereabouts=context.whereabouts,
        ), found

    def _overheard(self, question: Question, memory: Memory, without: Said) -> Said | None:
        """Return the answer that rests on what others said, if it is another and only an answer."""
        passing = self._present.context.passing
        if not passing or without.actions:
            return None
        more = replace(memory, notes=(*memory.notes, *passing))
        said, why = self.reasoners.recall(question, more)
        if why or said.actions or said.text == without.text:
            return None
        return replace(said, is_passing=True)

    async def _stream(
        self, turn: Turn, parts: AsyncGenerator[Said | Notice | ContextPacket, None]
    ) -> None:
        """Show a growing answer. The latency of the whole is that of its first word."""
        async with aclosing(parts):
            async for part in parts:
                if isinstance(part, Notice | ContextPacket):
                    self._show(part)
                elif part.partial:
                    began = self._growing.latency_ms if self._growing else turn.latency_ms()
                    self._growing = _reply(part, began)
                    self._show(self._growing)
                else:
                    self._finally(turn, part)

    def _break_off(self, *, keeps: bool = True) -> None:
        """End the answer that is still coming, and show what there is of it as the whole.

        What may rest on something that was just forgotten is neither shown again nor kept.
        """
        if not self._answering or self._answering.done():
            return
        self._answering.cancel()
        growing = self._growing
        if growing and not keeps:
            self._growing = None
            self._show(Reply(BROKEN_OFF, growing.source, (), growing.latency_ms))
        elif growing and self._turn:
            cut = Said(f"{growing.text.strip()} …", growing.source)
            self._finally(self._turn, cut)

    def _finally(self, turn: Turn, said: Said) -> None:
        """Do what the answer promises, show it, and note that it was given."""
        if said.actions and not self._present.carry_out(said.actions, turn.question):
            said = replace(said, text="I could not do that.", because=())
        latency_ms = self._growing.latency_ms if self._growing else turn.latency_ms()
        self._growing = None
        self._show(_reply(said, latency_ms))
        if wish := act.off_the_record(said.actions):
            self._show(wish)  # the launcher obeys; the reply stands before it
        now = turn.question.now
        text = NOT_KEPT if said.is_passing else said.text
        grounds = quoted((*said.because, *turn.given), turn.drawn_on)
        grounds = tuple(dict.fromkeys((*grounds, *(n.id for n in said.drawn_on if n.id))))
        told = Note("told", text, now.ms, now.wall_s, now.run, said.source, rests_on=grounds)
        self._present.keep(told)
        self.on_reply(latency_ms)
        logger.info("a question was answered in %d ms", latency_ms)

    # --- small things --------------------------------------------------------------------------

    def _meant(self, heard: Transcript) -> addressee.Decision:
        at_ms = heard.end_ms + self._present.context.audio_shift_ms
        at_wall_s = self._present.context.wall_s(at_ms)
        return self.judge.meant(heard, self._since_reply_s(at_ms), at_wall_s)

    def _since_reply_s(self, at_ms: int) -> float | None:
        told = [note.at_ms for note in self._present.context.dialogue if note.kind == "told"]
        return max(0.0, (at_ms - told[-1]) / 1000 - self.heard_for_s()) if told else None

    def _note(self, kind: Kind, text: str, at_ms: int, heard: Transcript) -> Note:
        context = self._present.context
        return Note(
            kind,
            text,
            at_ms,
            context.wall_s(at_ms),
            context.run,
            context.model_name(heard.model),
            heard.confidence,
            who=SPEAKERS[heard.speaker],
        )


def _reply(part: Said, latency_ms: int) -> Reply:
    return Reply(
        part.text[:DOCUMENT_CHARACTERS],
        part.source,
        part.because,
        latency_ms,
        part.partial,
        part.is_passing,
    )


def _let_it_die(task: asyncio.Task[None]) -> None:
    """Hand what went wrong in an answer to the event loop's handler, which ends the process."""
    if not task.cancelled() and (error := task.exception()):
        raise error
