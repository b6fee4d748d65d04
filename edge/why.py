"""Why did the companion say that? From a reply to the notes it rests on, and to what made them.

Each note names the model that heard or saw it and the row of the ledger in which that left the
chamber; the chamber introduced its models, with hashes, when it was born. What was sent on for the
reply stands in the ledger between its question and the next one. Only reads.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Final

import msgspec

from edge import ledger
from edge.evidence import Note
from edge.ledger import Row
from edge.messages import Hello, Model
from edge.notes import Reading
from edge.recall.words import spellings, tokens

SENT: Final = frozenset({"Question", "ToolCall", "Effect", "Price"})
"""Rows of what is done for an answer; a phone that looks on is another matter."""
DEEPEST: Final = 4
"""A note made of notes that were made of notes."""
LATEST_REPLIES: Final = 1000


class NoSuchReply(ValueError):
    """No reply is meant; one sentence."""


Entered = tuple[Row, str | None]
"""A row of the ledger with its words, None where they were forgotten."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A note that something rests on, and where it came from."""

    note: Note
    model: Model | None = None
    """Which heard or saw it, as the chamber introduced it."""
    observed: Entered | None = None
    """What left the chamber for it."""
    made_of: "tuple[Ground, ...]" = ()


@dataclass(frozen=True, slots=True)
class Why:
    """All that a reply rests on."""

    reply: Note
    question: Note | None = None
    grounds: tuple[Ground, ...] = ()
    forgotten: int = 0
    """Notes that it rested on and that are no more."""
    sent: tuple[Entered, ...] = ()


@dataclass(slots=True)
class _Run:
    """What the ledger says of one run."""

    models: dict[str, Model] = field(default_factory=dict)
    rows: dict[int, Entered] = field(default_factory=dict)


def meant(reading: Reading, words: Sequence[str]) -> Note:
    """Return the reply that words mean: its number, words of it, or none for the last one."""
    if not words:
        found = reading.recent(1, ("told",))
        if not found:
            raise NoSuchReply("nothing was answered yet")
        return found[0]
    if len(words) == 1 and words[0].isdecimal():
        found = reading.get([int(words[0])])
        if not found:
            raise NoSuchReply(f"there is no note {words[0]}; it may have been forgotten")
        if found[0].kind != "told":
            raise NoSuchReply(f"note {words[0]} is no reply; see `offrecord notes show {words[0]}`")
        return found[0]
    text = " ".join(words)
    wanted = tokens(text)
    best = reading.search(spellings(text) or wanted, LATEST_REPLIES, ("told",))
    holding = [note for note in best if set(wanted) <= set(tokens(note.text))]
    if not holding:
        raise NoSuchReply(
            f"no reply holds {text!r}; `offrecord notes search --kind told` shows the latest"
        )
    return max(holding, key=lambda note: note.id)


def explain(reading: Reading, path: Path, reply: Note) -> Why:
    """Return what a reply rests on. `path` is the ledger's, which may not have been begun."""
    reply = reading.with_grounds(reply)
    question, until = _asked(reading, reply)
    notes = [reading.with_grounds(note) for note in reading.get(reply.rests_on)]
    runs = {note.run for note in notes} | {reply.run}
    entered = _entered(path, reading, runs) if path.exists() else {}
    sent = _sent(entered.get(reply.run, _Run()), question, until) if question else ()
    grounds = tuple(_ground(reading, entered, note, 1) for note in notes)
    return Why(reply, question, grounds, len(reply.rests_on) - len(notes), tuple(sent))


def _asked(reading: Reading, reply: Note) -> tuple[Note | None, Note | None]:
    """Return the question of a reply, and the next one of its run."""
    before = "WHERE run = ? AND kind = 'asked' AND note.id < ? ORDER BY note.id DESC LIMIT 1"
    after = "WHERE run = ? AND kind = 'asked' AND note.id > ? ORDER BY note.id LIMIT 1"
    if reply.source == "timer":
        return None, None
    asked = reading.select(before, reply.run, reply.id)
    following = reading.select(after, reply.run, reply.id)
    return (asked[0] if asked else None), (following[0] if following else None)


def _entered(path: Path, reading: Reading, runs: set[str]) -> Mapping[str, _Run]:
    """Return what the ledger says of some runs."""
    found: dict[str, _Run] = {}
    for row, text in ledger.rows(path, reading):
        if row.run not in runs:
            continue
        run = found.setdefault(row.run, _Run())
        run.rows[row.number] = (row, text)
        if row.what == Hello.__name__ and text:
            models = msgspec.json.decode(text, type=dict[str, tuple[Model, ...]])["models"]
            run.models |= {model.name: model for model in models}
    return found


def _sent(run: _Run, question: Note, until: Note | None) -> Iterator[Entered]:
    """Yield what left the device after a question and before the next one.

    What was typed left no chamber; then the clock decides.
    """
    rows = sorted(run.rows.items())
    if until and until.observation >= 0:
        rows = list(takewhile(lambda each: each[0] < until.observation, rows))
    for number, (row, text) in rows:
        is_after = (
            number > question.observation
            if question.observation >= 0
            else row.when_s >= question.at_wall_s
        )
        if is_after and row.origin == ledger.RUNTIME and row.what in SENT:
            yield row, text


def _ground(reading: Reading, entered: Mapping[str, _Run], note: Note, depth: int) -> Ground:
    run = entered.get(note.run, _Run())
    below = reading.get(note.rests_on) if depth < DEEPEST else ()
    return Ground(
        note,
        run.models.get(note.source),
        run.rows.get(note.observation),
        tuple(_ground(reading, entered, reading.with_grounds(each), depth + 1) for each in below),
    )
