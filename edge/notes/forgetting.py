"""What is to be forgotten, and what goes with it? A wish, and the rows that it means.

With a note go those that were made of it, and the replies that quote it; and of the ledger the
words, never the facts, of the rows that it came from or that carried it out of the device. What
else goes its table says (`edge/notes/schema.py`).
"""

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec

from edge.evidence import Note
from edge.notes import retention, schema
from edge.notes.reading import Reading, phrase
from edge.notes.schema import Table

LESSONS: Final = "lesson"
"""The table of what corrections taught."""
END_S: Final = float(2**40)
"""After every moment."""
MARGIN_S: Final = 2.0
"""A ledger's row may be dated a little before the end of what was said in it."""
TELLING_CHARACTERS: Final = 12
"""Of a shorter text it does not tell much that another one holds it: "yes" is in many."""

Moment = Annotated[float, msgspec.Meta(ge=0, le=END_S)]


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody wants forgotten: all of it must hold for a note."""

    since_s: Moment = 0.0
    until_s: Moment = END_S
    """Does not belong to it."""
    words: tuple[str, ...] = ()
    """Each of them is in the text, in any form of the word."""
    person: str = ""
    """Who said it, or a name in it."""
    taught: bool = False
    """What corrections have taught, and nothing else."""

    @property
    def is_stretch(self) -> bool:
        """Whether it means everything of a stretch of time."""
        return not (self.words or self.person or self.taught)


@dataclass(frozen=True, slots=True)
class Doomed:
    """What a wish means."""

    notes: frozenset[int]
    """Their numbers."""
    texts: frozenset[int]
    """The numbers of the ledger's rows whose words go."""
    rows: frozenset[tuple[str, int]] = frozenset()
    """Of other tables: the table's name, and the row."""

    def __bool__(self) -> bool:
        return bool(self.notes or self.texts or self.rows)

    def still_in(self, others: "Doomed") -> bool:
        """Say whether some of it is among others."""
        return bool(
            self.notes & others.notes or self.texts & others.texts or self.rows & others.rows
        )

    def and_(self, other: "Doomed") -> "Doomed":
        """Return both."""
        return Doomed(self.notes | other.notes, self.texts | other.texts, self.rows | other.rows)


NOTHING: Final = Doomed(frozenset(), frozenset())


def meant(reading: Reading, wish: Wish) -> Doomed:
    """Return what a wish means in these notes."""
    if wish.taught:
        return Doomed(frozenset(), frozenset(), _all_rows(reading, LESSONS))
    named = matching(reading, wish)
    notes = {note.id: note for note in named}
    notes |= _made_of(reading, notes)
    texts = {note.observation for note in notes.values() if note.observation >= 0}
    margin_s = MARGIN_S if wish.is_stretch else 0.0
    for number, text in _texts(reading, wish.since_s - margin_s, wish.until_s):
        if wish.is_stretch or _holds(text, wish):
            texts.add(number)
    phrases = Phrases(spelled for note in notes.values() for spelled in _spellings(note.text))
    since_s = min((note.at_wall_s for note in notes.values()), default=END_S)
    for number, text in _texts(reading, since_s - MARGIN_S, END_S):
        if number not in texts and phrases.stand_in(text):
            texts.add(number)
    rows = {
        (table.name, row)
        for table in schema.TOLD_OF
        if table.name in reading.tables()
        for row in _rows(reading, table, wish, notes, phrases)
    }
    return Doomed(frozenset(notes), frozenset(texts), frozenset(rows))


def expired(reading: Reading, now_s: float) -> Doomed:
    """Return what its class no longer keeps."""
    notes: set[int] = set()
    for kept in retention.KEPT_S:
        before_s = retention.expires_before(kept, now_s)
        found = reading.db.execute(
            "SELECT id FROM note WHERE keeps = ? AND at_wall_s < ?", (kept, before_s)
        )
        notes.update(number for (number,) in found)
    before_s = retention.expires_before(retention.LEDGER_TEXT, now_s)
    texts = reading.db.execute("SELECT number FROM left_text WHERE when_s < ?", (before_s,))
    return Doomed(frozenset(notes), frozenset(number for (number,) in texts))


def matching(reading: Reading, wish: Wish) -> list[Note]:
    """Return the notes that a wish names itself, the oldest first."""
    clauses, values = ["at_wall_s >= ?", "at_wall_s < ?"], [wish.since_s, wish.until_s]
    queries: list[object] = []
    in_words = "id IN (SELECT rowid FROM note_words WHERE note_words MATCH ?)"
    if wish.words:
        clauses.append(in_words)
        queries.append(" AND ".join(map(phrase, wish.words)))
    if wish.person:
        clauses.append(f"({in_words} OR who = ? COLLATE NOCASE)")
        queries += [phrase(wish.person), wish.person]
    where = " AND ".join(clauses)
    return reading.select(f"WHERE {where} ORDER BY id", *values, *queries)


class Phrases:
    """Texts that are looked for in others, however many they are."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._of_beginning: dict[str, list[str]] = {}
        for text in texts:
            if len(text) >= TELLING_CHARACTERS:
                self._of_beginning.setdefault(text[:TELLING_CHARACTERS], []).append(text)

    def stand_in(self, text: str) -> bool:
        """Say whether one of them is in a text."""
        for at in range(len(text) - TELLING_CHARACTERS + 1):
            for phrase_ in self._of_beginning.get(text[at : at + TELLING_CHARACTERS], ()):
                if text.startswith(phrase_, at):
                    return True
        return False


def _spellings(text: str) -> Iterator[str]:
    """Yield a text as it stands, and as JSON spells it inside of another."""
    yield text
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]


def _made_of(reading: Reading, notes: dict[int, Note]) -> dict[int, Note]:
    """Return what rests on notes, or quotes them, and what rests on that, and so on."""
    found: dict[int, Note] = {}
    last = notes
    while last:
        since_s = min(note.at_wall_s for note in last.values())
        resting = reading.select(
            "WHERE id IN (SELECT note FROM note_rests_on "
            "WHERE on_note IN (SELECT value FROM json_each(?)))",
            json.dumps(list(last)),
        )
        phrases = Phrases(note.text for note in last.values())
        later = reading.select(
            "WHERE kind IN ('told', 'derived', 'errand') AND at_wall_s >= ?", since_s
        )
        quoting = [note for note in later if phrases.stand_in(note.text)]
        fresh = {n.id: n for n in (*resting, *quoting) if n.id not in notes and n.id not in found}
        found |= fresh
        last = fresh
    return found


def _texts(reading: Reading, since_s: float, until_s: float) -> Iterable[tuple[int, str]]:
    statement = "SELECT number, text FROM left_text WHERE when_s >= ? AND when_s < ?"
    with closing(reading.db.execute(statement, (since_s, until_s))) as rows:
        yield from rows


def _rows(
    reading: Reading, table: Table, wish: Wish, notes: Collection[int], phrases: Phrases
) -> Iterator[int]:
    """Yield the rows of a table that go with a wish, or with the notes that it means."""
    columns = [table.with_wished_note or "NULL", table.moment or "NULL", *table.texts]
    statement = f"SELECT rowid, {', '.join(columns)} FROM {table.name}"  # noqa: S608 (ours)
    with closing(reading.db.execute(statement)) as rows:
        for row, note, moment_s, *texts in rows:
            is_then = moment_s is None or wish.since_s <= moment_s < wish.until_s
            is_named = table.moment if wish.is_stretch else any(_holds(t, wish) for t in texts)
            quotes = any(phrases.stand_in(text) for text in texts)
            if note in notes or (is_then and is_named) or quotes:
                yield row


def _all_rows(reading: Reading, name: str) -> frozenset[tuple[str, int]]:
    if name not in reading.tables():
        return frozenset()
    rows = reading.db.execute(f"SELECT rowid FROM {name}")  # noqa: S608 (ours)
    return frozenset((name, row) for (row,) in rows)


def _holds(text: str, wish: Wish) -> bool:
    folded = text.casefold()
    return all(word.casefold() in folded for word in (*wish.words, wish.person))
