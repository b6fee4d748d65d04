"""Does search find the note that holds the answer, how soon, and what does a note cost?

The data are dialogues with questions and the turns that hold their evidence (LoCoMo): JSON files
with `turns` (id, when, speaker, text, image) and `questions` (question, evidence). Each dialogue
becomes an encrypted file of notes; a real mind, sealed, tells what they mean, and every question
goes the way that a wearer's goes. Recall at 10 is the share of a question's evidence among the
first ten notes, averaged over questions that have evidence.

For the speed the same notes are repeated, with what they mean, until there are enough.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any, Final

from edge import config
from edge.bench import SECRET, CannotMeasure
from edge.evidence import Note, Now, Question
from edge.launcher import lone_mind
from edge.messages import SealState
from edge.notes import Notes
from edge.runtime.meanings import Meanings
from edge.runtime.mind import Mind
from edge.search.finder import Finder

DEPTHS: Final = (5, 10, 20)
SIZES: Final = (1_000, 10_000, 100_000)
LARGE: Final = 1_000_000
YEAR: Final = 100_000
"""Notes of a year."""
WHEN: Final = "%I:%M %p on %d %B, %Y"
BETWEEN_TURNS_S: Final = 20.0
DAY_S: Final = 86_400.0
TIMED: Final = 100
"""Questions of which each search is timed."""
LOOK_EVERY_S: Final = 0.05
_NOTE: Final = (
    "INSERT INTO note (id, kind, text, at_ms, at_wall_s, run, source, confidence, who, mark, "
    "observation, keeps) VALUES (?, 'said', ?, 0, ?, 'bench', 'bench', 100, ?, 'file', -1, 'month')"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and which turns answer it."""

    text: str
    evidence: frozenset[str]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One file of the data."""

    name: str
    turns: Mapping[str, Note]
    asked: Sequence[Asked]

    @property
    def end_s(self) -> float:
        """The moment at which its questions are asked."""
        return max(note.at_wall_s for note in self.turns.values()) + DAY_S


Kept = tuple[Note, bytes, bytes]
"""A note, what it means, and what its pieces mean."""


def measure(data: Path, *, large: bool = False) -> dict[str, Any]:
    """Return recall over all questions and by dialogue, times, and what a note takes."""
    dialogues = [read_dialogue(path) for path in sorted(data.glob("*.json"))]
    if not dialogues:
        raise CannotMeasure(f"{data} holds no dialogues (*.json)")
    sizes = (*SIZES, LARGE) if large else SIZES
    return asyncio.run(_measure(dialogues, sizes))


async def _measure(dialogues: Sequence[Dialogue], sizes: Sequence[int]) -> dict[str, Any]:
    found: dict[str, dict[str, list[float]]] = {}
    by_words: dict[str, list[float]] = {}
    kept: list[Kept] = []
    ingest_s = 0.0
    with tempfile.TemporaryDirectory(prefix="offrecord-bench-") as folder, _mind(folder) as mind:
        for dialogue in dialogues:
            with fresh_notes() as notes:
                finder, began_s = Finder(notes), time.monotonic()
                numbers = {notes.remember(note): name for name, note in dialogue.turns.items()}
                await _let_it_think(notes, finder, mind)
                ingest_s += time.monotonic() - began_s
                found[dialogue.name] = _recall(dialogue, numbers, finder, mind)
                _add(by_words, _recall(dialogue, numbers, finder, None))
                pieces = notes.pieces(numbers)
                kept += [
                    (note, whole, pieces[number])
                    for number, whole in notes.vectors()
                    for note in notes.get([number])
                ]
        questions = [asked for dialogue in dialogues for asked in dialogue.asked]
        apart = questions[:: max(1, len(questions) // TIMED)]
        timed = list(islice(cycle(apart), TIMED + 1))
        speed = {str(size): _speed(size, kept, timed, mind) for size in sizes}
    every: dict[str, list[float]] = {}
    for each in found.values():
        _add(every, each)
    return {
        **_means(every),
        "questions": len(every["recall_at_10"]),
        "by_dialogue": {name: _means(each) for name, each in found.items()},
        "by_words_alone": _means(by_words),
        "search_ms": {size: each["search_ms"] for size, each in speed.items()},
        "bytes_per_note": {size: each["bytes_per_note"] for size, each in speed.items()},
        "year_mb": round(YEAR * speed[str(max(sizes))]["bytes_per_note"] / 1e6, 1),
        "ingest_notes_s": round(len(kept) / ingest_s, 1),
    }


# --- the dialogues -------------------------------------------------------------------------------


def read_dialogue(path: Path) -> Dialogue:
    document = json.loads(path.read_text("utf-8"))
    turns: dict[str, Note] = {}
    begins: dict[str, int] = {}
    for turn in document["turns"]:
        place = begins[turn["when"]] = begins.get(turn["when"], -1) + 1
        at_s = datetime.strptime(turn["when"], WHEN).timestamp() + place * BETWEEN_TURNS_S  # noqa: DTZ007 (the device's own time, as the wearer would say it)
        text = f"{turn['text']} [{turn['image']}]" if turn["image"] else turn["text"]
        turns[turn["id"]] = Note("said", text, 0, at_s, "bench", "bench", who=turn["speaker"])
    asked = [
        Asked(each["question"], evidence)
        for each in document["questions"]
        if (evidence := frozenset(each["evidence"]) & turns.keys())
    ]
    return Dialogue(path.stem, turns, asked)


def _recall(
    dialogue: Dialogue, numbers: Mapping[int, str], finder: Finder, mind: Mind | None
) -> dict[str, list[float]]:
    """Return for each depth the recall of each question; without a mind by words alone."""
    recalls: dict[str, list[float]] = {f"recall_at_{depth}": [] for depth in DEPTHS}
    now = Now("bench", 0, dialogue.end_s)
    for asked in dialogue.asked:
        understood = mind.understand(asked.text) if mind else None
        found = finder.find(Question(asked.text, now), understood, max(DEPTHS))
        names = [numbers[each.note.id] for each in found]
        for depth in DEPTHS:
            share = len(asked.evidence.intersection(names[:depth])) / len(asked.evidence)
            recalls[f"recall_at_{depth}"].append(share)
    return recalls


def _add(sums: dict[str, list[float]], more: Mapping[str, list[float]]) -> None:
    for name, values in more.items():
        sums.setdefault(name, []).extend(values)


def _means(recalls: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: round(fmean(values), 4) for name, values in recalls.items()}


# --- speed ---------------------------------------------------------------------------------------


def _speed(
    size: int, kept: Sequence[Kept], questions: Sequence[Asked], mind: Mind
) -> dict[str, Any]:
    """Return how long a search takes among so many notes, and what one takes on the disk."""
    with fresh_notes() as notes:
        rows = list(islice(cycle(kept), size))
        notes.db.execute("BEGIN")
        notes.db.executemany(
            _NOTE,
            (
                (number, note.text, number * BETWEEN_TURNS_S, note.who)
                for number, (note, _, _) in enumerate(rows, 1)
            ),
        )
        for table, column in (("note_vector", 1), ("note_pieces", 2)):
            values = ((number, row[column]) for number, row in enumerate(rows, 1))
            notes.db.executemany(f"INSERT INTO {table} VALUES (?, ?)", values)  # noqa: S608 (ours)
        notes.db.execute("COMMIT")
        notes.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        taken_bytes = sum(path.stat().st_size for path in notes.folder.iterdir())
        finder, now = Finder(notes), Now("bench", 0, size * BETWEEN_TURNS_S)
        took_ms = []
        for asked in questions:
            began_s = time.perf_counter()
            finder.find(Question(asked.text, now), mind.understand(asked.text))
            took_ms.append((time.perf_counter() - began_s) * 1000)
    cuts = quantiles(took_ms[1:], n=20)  # the first reads what all notes mean, once
    return {
        "search_ms": {
            "p50": round(cuts[9], 1),
            "p95": round(cuts[18], 1),
            "first": round(took_ms[0], 1),
        },
        "bytes_per_note": round(taken_bytes / size),
    }


# --- a mind and a memory -------------------------------------------------------------------------


@contextmanager
def fresh_notes() -> Iterator[Notes]:
    with (
        tempfile.TemporaryDirectory(prefix="offrecord-bench-") as folder,
        Notes(Path(folder), SECRET) as notes,
    ):
        yield notes


@contextmanager
def _mind(folder: str) -> Iterator[Mind]:
    try:
        with lone_mind.started(config.Config(), Path(folder)) as mind:
            yield mind
    except lone_mind.NoMind as absent:
        raise CannotMeasure(str(absent)) from None


async def _let_it_think(notes: Notes, finder: Finder, mind: Mind) -> None:
    """Wait until the mind has told what every note means."""
    meanings = Meanings(notes, finder, mind, pause_s=0)
    meanings.told(SealState("mind", 0, "A", 1))
    while notes.meaningless():  # noqa: ASYNC110 (nobody waits for it but a bench)
        await asyncio.sleep(LOOK_EVERY_S)
    meanings.close()
