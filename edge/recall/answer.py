"""What is an answer made of? Its words, what it rests on, what is to be done. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from edge.attention import CENTRE, Point
from edge.errand import Errand
from edge.evidence import Note, Question, Sight, ago
from edge.messages import LINE_CHARACTERS

NOT_CONNECTED: Final = (
    "For that a language model must be connected: "
    "set url and model under [reasoner] in the configuration."
)
NO_ANSWER: Final = "The language model that is connected did not answer."
MOST_REASONS: Final = 12
IN_VIEW_S: Final = 120.0
"""A still scene is not reported again: so long, the picture seen last is what one looks at."""


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep a text."""

    text: str


@dataclass(frozen=True, slots=True)
class Begin:
    """Have something to do from now on: a timer, a reminder, an item of a list, a plan."""

    errand: Errand


@dataclass(frozen=True, slots=True)
class End:
    """Have it to do no more: it was cancelled, bought, dropped."""

    errand: Errand


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back what was done last."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Erase what was noted since a moment of the stream's clock."""

    since_ms: int


@dataclass(frozen=True, slots=True)
class HearNothing:
    """Stop hearing and seeing for a while."""

    minutes: int


Action = Remember | Begin | End | Undo | Forget | HearNothing


@dataclass(frozen=True, slots=True)
class Memory:
    """What an answer may draw on."""

    notes: Sequence[Note]
    errands: Sequence[Errand] = ()
    """What is still to be done."""
    mute_minutes: int = 15
    """How long "off the record" lasts when no time is said."""
    sights: Sequence[Sight] = ()
    """What the camera showed of late, the newest last."""
    point: Point = CENTRE
    """Where the wearer looks."""
    are_eyes_closed: bool = False
    """Whether the configuration has the camera's pictures thrown away."""
    undoable: str = ""
    """What "undo that" would take back, in words; empty where there is nothing."""
    alike: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    """For the number of a note how close in meaning it is to each word of the question."""
    standing: Sequence[Note] = ()
    """What was made of notes, and what the wearer wanted remembered."""
    whereabouts: Sequence[Note] = ()
    """The newest `place` and `motion`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said, on what it rests, and what is to be done."""

    text: str
    because: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    needs_model: bool = field(default=False, kw_only=True)
    """Whether a language model would do better."""
    reason: str = field(default="", kw_only=True)
    """Why, for the ledger: one clause without a word of the notes."""
    is_unsure: bool = field(default=False, kw_only=True)
    """Whether it is told as no more than the closest that the notes have."""

    def unaided(self, *, connected: bool) -> str:
        """Return what is said when no language model helps: none is connected, or it failed."""
        if not self.needs_model or (self.is_unsure and not connected):
            return self.text
        missing = NO_ANSWER if connected else NOT_CONNECTED
        return f"{self.text} {missing}"


def because(notes: Sequence[Note], question: Question) -> tuple[str, ...]:
    """Return what an answer rests on, one line each."""
    return tuple(_provenance(note, question) for note in notes[:MOST_REASONS])


def _provenance(note: Note, question: Question) -> str:
    verb = {"said": "heard", "seen": "saw", "remembered": "noted"}.get(note.kind, note.kind)
    head = f"{verb} {ago(question.now.age_s(note))}: "
    tail = f" ({note.source}, {note.confidence} %)" if note.source else ""
    text = " / ".join(filter(None, note.text.split("\n")))
    return head + shortened(text, LINE_CHARACTERS - len(head) - len(tail)) + tail


def shortened(text: str, characters: int) -> str:
    """Return a text that is not longer than so many characters."""
    return text if len(text) <= characters else text[: characters - 1] + "…"


def newest(memory: Memory, question: Question) -> list[Note]:
    """Return the notes of a memory, each once, the newest first."""
    distinct = {(note.run, note.kind, note.at_ms, note.text): note for note in memory.notes}
    return sorted(distinct.values(), key=question.now.age_s)


def of_run(memory: Memory, question: Question, *kinds: str) -> list[Note]:
    """Return the notes of these kinds from the present run, the newest first."""
    run = question.now.run
    return [note for note in newest(memory, question) if note.kind in kinds and note.run == run]


def in_view(memory: Memory, question: Question) -> Sight | None:
    """Return what was in view when a question was asked; None if that is not known."""
    before = [sight for sight in memory.sights if sight.since_ms <= question.now.ms]
    if not before or question.now.ms - before[-1].until_ms > 1000 * IN_VIEW_S:
        return None
    return before[-1]


def series(labels: Sequence[str]) -> str:
    """Return labels as one says them: `a cup, a book and an apple`."""
    named = [f"{'an' if label[0] in 'aeiou' else 'a'} {label}" for label in labels]
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))


def spelled(lines: Sequence[str]) -> str:
    """Return lines of text in quotation marks, one after the other."""
    return f'"{" / ".join(lines)}"' if lines else ""
