"""What does the runtime hold on to? The context, the notes and the ledger, kept in step.

A note is on the disk before it is in the context; a byte that left is in the ledger before it is
anywhere. After a kill -9 the present is what notes and ledger say of the run.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import msgspec

from edge import act, errand, ledger, voice_profile
from edge.context import Context, fold, forgotten, resumed, without, without_notes
from edge.digest.stored import standing
from edge.errand import Errand
from edge.evidence import Kind, Note, Now, Question
from edge.messages import (
    LINE_CHARACTERS,
    Hello,
    Leaves,
    Model,
    Notice,
    Shown,
    SourceState,
    Transcript,
    VoiceProfile,
)
from edge.notes import Doomed, Notes, NotesUnwritable, Wish, opening, vault
from edge.recall.answer import Action, Forget, shortened
from edge.runtime.run_clock import RunClock

Show = Callable[[Shown], None]
GOES_ON: Final = '"goes_on": true'
"""In a row of the ledger of what somebody said who went on."""
TAKEN_OVER: Final = "taken_over_s"
"""When the words that stood in the ledger's own lines once were encrypted."""
WHO: Final[Mapping[Kind, str]] = {"asked": "wearer", "told": "companion"}
"""Where a kind says it."""
OBSERVED: Final[frozenset[Kind]] = frozenset({"said", "seen", "asked"})
"""Kinds that are made of what has just left the chamber."""


class Present:
    """The one mutable thing on the text side."""

    def __init__(
        self,
        folder: Path,
        secret: bytes,
        run: str,
        mark: Literal["file", "live"],
        show: Show,
    ) -> None:
        """Open notes and ledger of a data folder. Raises OSError.

        Damaged notes are set aside, never deleted, and a person is told.
        """
        self.run = run
        self.mark = mark
        """Live once any source is a device."""
        self.show = show
        self.folder, self._secret = folder, secret
        self.on_forget: Callable[[], None] = lambda: None
        """Is called when something was forgotten that others may still have in mind."""
        self.notes = self._open_notes()
        self.ledger = ledger.Ledger(folder / ledger.FILE_NAME, self.notes)
        if not self.notes.fact(TAKEN_OVER):
            self.ledger.hand_over()
            self.notes.keep_facts({TAKEN_OVER: time.time()})
        self.observation = -1
        """The ledger's row of what left last."""
        self.joined = 0
        """Of what was heard, so many went on with the one before and took its place."""
        self.entered, models = self._entered_before()
        clock = self._clock = RunClock(self.notes, run)
        born = Context(run, clock.wall_minus_monotonic_s, clock.zero_s, wall_jump_s=clock.set_by_s)
        before = self.notes.of_run(run)
        left = errand.of_notes(self.notes.recent(errand.MOST_OPEN, ("errand",)))
        born = replace(born, standing=tuple(standing(self.notes, time.time())))
        self.context = replace(resumed(born, before), models=models, errands=left)
        if self.ledger.dropped_bytes:
            torn = f"the ledger's last row was torn; {self.ledger.dropped_bytes} bytes dropped"
            self.enter(ledger.Leaving("TornRow", 0, torn))
            self.tell(torn)

    @property
    def is_resumed(self) -> bool:
        """Whether this run was going on before this process."""
        return self.entered.rows > 0

    def close(self) -> None:
        """Close both files."""
        self.notes.close()
        self.ledger.close()

    def tell(self, sentence: str) -> None:
        """Tell a person something about the companion itself."""
        self.show(Notice(shortened(sentence, LINE_CHARACTERS)))

    def now(self) -> Now:
        """Return the moment of what came by no source: it was typed, or a phone says it."""
        self.follow_the_clock()
        context = self.context
        if context.wall_at_zero_s is None:
            return Now(self.run, context.now_ms, time.time())
        at_ms = context.now_ms
        if self.mark == "live":
            at_ms = max(at_ms, round(1000 * (time.time() - context.wall_s(0))))
        return context.now_at(at_ms)

    def fold(self, event: Leaves | SourceState | Note) -> None:
        """Take an event into the context."""
        self.context = fold(self.context, event)
        if self.context.wall_at_zero_s is not None:
            self._clock.begin(self.context.wall_at_zero_s)

    def keep(self, note: Note, *, is_observed: bool = True) -> None:
        """Write a note, then have it in mind; without room on the disk, only the latter."""
        self.fold(self.write(note, is_observed=is_observed))

    def write(self, note: Note, *, is_observed: bool = True) -> Note:
        """Write a note and return it, with its number where the disk has taken it.

        What was typed was not observed: nothing left the chamber for it.
        """
        note = replace(
            note,
            who=note.who or WHO.get(note.kind, ""),
            mark=self.mark,
            observation=self.observation if is_observed and note.kind in OBSERVED else -1,
        )
        try:
            return replace(note, id=self.notes.remember(note))
        except NotesUnwritable as error:
            self.tell(str(error))
            return note

    def keep_made(self, notes: Sequence[Note]) -> None:
        """Write what was made of other notes, all or none. Raises NotesUnwritable."""
        for note, number in zip(notes, self.notes.remember_all(notes), strict=True):
            self.fold(replace(note, id=number))

    def set_aside(self, before: Context, kinds: Collection[Kind]) -> set[int]:
        """Have in mind no more what such notes say since a moment; return those to be dropped.

        They are dropped when others stand in their place: a kill -9 between loses nothing.
        """
        had = self.context
        self.context = without(had, before, kinds)
        for gone in [each for each in self.context.errands if each not in had.errands]:
            self._keep_again(gone)
        return _stored(had) - _stored(self.context)

    def _keep_again(self, gone: Errand) -> None:
        """Have to do again what was ended by words that are taken back."""
        note = gone.note(self.context.now_at(self.context.now_ms))
        try:
            again = replace(gone, id=self.notes.remember(note))
        except NotesUnwritable as error:
            self.tell(str(error))
            return
        others = (again if each == gone else each for each in self.context.errands)
        self.context = replace(self.context, errands=tuple(others))

    def rung(self, over: Errand) -> None:
        """Have it to do no more: it has been said that its moment has come."""
        left = tuple(each for each in self.context.errands if each != over)
        self.context = replace(self.context, errands=left)
        self.drop([over.id])

    def follow_the_clock(self) -> None:
        """Look whether the clock on the wall was set: a reminder follows it, a timer does not."""
        if not (by_s := self._clock.follow()):
            return
        self.context = replace(self.context, wall_jump_s=self.context.wall_jump_s + by_s)
        for each in self.context.errands:
            if each.sort == "timer":
                later = replace(each, due_s=each.due_s + by_s)
                others = (later if other == each else other for other in self.context.errands)
                self.context = replace(self.context, errands=tuple(others))
                self._keep_again(later)
                self.drop([each.id])  # only now: a kill -9 between loses none

    def drop(self, ids: Collection[int]) -> None:
        """Take notes out in whose place others stand."""
        try:
            self.notes.drop(ids)
        except NotesUnwritable as error:
            self.tell(str(error))

    def overhear(self, note: Note) -> None:
        """Have in mind for a while what is not to be kept."""
        self.context = replace(self.context, passing=(*self.context.passing, note))

    def let_pass(self, note: Note) -> None:
        """Have it in mind no longer."""
        left = tuple(each for each in self.context.passing if each is not note)
        self.context = replace(self.context, passing=left)

    def keep_voice(self, profile: VoiceProfile) -> None:
        """Keep the wearer's voice for the next chamber."""
        try:
            voice_profile.store(self.folder, profile, self._secret)
        except OSError as error:
            self.tell(f"your voice is not kept for the next start: {error.strerror}")
        except vault.Damaged as error:
            self.tell(str(error))  # the new one is kept

    def forget_wishes(self) -> None:
        """Forget what the notes say is to be forgotten, there and in mind."""
        wishes = self.notes.wishes()
        try:
            doomed = self.notes.forget()
        except NotesUnwritable as error:
            self.tell(str(error))
            return
        self._have_forgotten(doomed, wishes)

    def expire(self, now_s: float) -> None:
        """Forget what has been kept for as long as it is to be, and what was wished meanwhile.

        Raises NotesUnwritable.
        """
        wishes = self.notes.wishes()
        if doomed := self.notes.expire(now_s):
            self._have_forgotten(doomed, wishes)

    def _have_forgotten(self, doomed: Doomed, wishes: Iterable[Wish]) -> None:
        """Have in mind no longer what the notes have forgotten."""
        self.context = without_notes(self.context, doomed.notes)
        for wish in wishes:
            self.context = replace(self.context, changes=())  # what was ended may be of it
            if wish.is_stretch:
                self.context = forgotten(self.context, wish.since_s, wish.until_s)
        self.on_forget()

    def carry_out(
        self, actions: tuple[Action, ...], question: Question, why: str = "the wearer asked for it"
    ) -> bool:
        """Do what a reply promises; False, and a notice, when the disk does not allow it."""
        try:
            for action in actions:
                self._enter_effect(action, why)
            self.context = act.carry_out(actions, question, self.context, self.notes)
        except OSError as error:
            self.tell(str(error))
            return False
        if any(isinstance(action, Forget) for action in actions):
            self.on_forget()
        return True

    def _enter_effect(self, action: Action, why: str) -> None:
        """Enter what is about to be done, and how it is taken back; nothing of it leaves."""
        text = act.matter(action)
        undo = '"undo that" takes it back' if act.can_be_undone(action) else "for good"
        why = f"{act.effect(action)}, {len(text.encode())} bytes, {undo}; {why}"
        self.enter(ledger.Leaving("Effect", 0, why, text, to=act.NOTES))

    def enter(self, leaving: ledger.Leaving) -> None:
        """Enter in the ledger what left the chamber or the device. Raises OSError."""
        occasion = ledger.Occasion(self.run, self._wall_s(leaving.at_ms), self.mark)
        row = self.ledger.append(leaving, occasion)
        self.entered.add(row)
        if row.origin == ledger.CHAMBER:
            self.observation = row.number

    def _wall_s(self, at_ms: int) -> float:
        """Return the moment by the clock that notes have too: a file's own, tied to the wall."""
        if self.mark == "file" and self.context.wall_at_zero_s is not None:
            return self.context.wall_s(max(at_ms, self.context.now_ms))
        return time.time()

    def _entered_before(self) -> tuple[ledger.Totals, tuple[Model, ...]]:
        """Return what this run has entered so far, and the models of the chamber it met last."""
        entered = ledger.Totals()
        models: tuple[Model, ...] = ()
        for row, text in ledger.newest_first(self.ledger.path):
            if row.run != self.run:
                break  # a run's rows stand together
            entered.add(row)
            if row.what == Transcript.__name__ and (left := self.notes.text(row.number)):
                self.joined += GOES_ON in left.text
            if row.what == Hello.__name__ and text and not models:
                models = msgspec.json.decode(text, type=dict[str, tuple[Model, ...]])["models"]
        return entered, models

    def _open_notes(self) -> Notes:
        try:
            return opening.for_writing(self.folder, self._secret, self.tell)
        except (vault.WrongKey, vault.Damaged) as error:
            raise NotesUnwritable(str(error)) from None


def _stored(context: Context) -> set[int]:
    notes = {note.id for note in (*context.heard, *context.dialogue)}
    return (notes | {each.id for each in context.errands}) - {0}
