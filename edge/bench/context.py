"""How little is the reasoner given, and does it hold what answers the question?

The data are dialogues as for `offrecord bench memory` (LoCoMo), and the scenes that come with
Offrecord. A dialogue becomes a file of notes, is looked back on as a day is, and is asked its
questions a day later: what is in mind then, and what search finds, is rendered at three budgets. A
scene is played through the sealed process tree; then its questions are asked again of a context
that is made of its notes alone.

`evidence` is the share of a question's evidence turns whose words stand in the packet, averaged
over questions; `whole_evidence` the share of questions of which all do. `unchanged` is the share of
a packet that begins as the one before it did, which a model need not read again.
"""

import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import takewhile
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any, Final

from edge import config, scene
from edge.bench import SECRET, CannotMeasure, play
from edge.bench.memory import Dialogue, fresh_notes, read_dialogue
from edge.bench.minds import Reader
from edge.context import Context, resumed
from edge.digest.compaction import compacted
from edge.digest.stored import promised, standing, undigested
from edge.evidence import Note, Question
from edge.launcher.births import Run
from edge.notes import EVIDENCE, Notes
from edge.packet import render
from edge.runtime.conversation import FOUND_NOTES
from edge.runtime.hindsight import IN_DETAIL
from edge.search.finder import Finder

BUDGETS: Final = (200, 400, 800)
WORDS_PER_S: Final = 2.5
SOUND_BYTES_PER_S: Final = 32_000
"""16 kHz, two bytes a sample."""
APART_MS: Final = 3000
"""A question is noted so far at most from its place in the scene."""
Wanted = Callable[[str], bool]
"""Says whether a text holds some evidence."""


@dataclass
class Row:
    """What was measured at one budget."""

    tokens: list[int] = field(default_factory=list)
    evidence: list[float] = field(default_factory=list)
    unchanged: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Return the means, and how long a packet took."""
        cuts = quantiles(self.cpu_ms * 2, n=20, method="inclusive")
        return {
            "questions": len(self.evidence),
            "evidence": round(fmean(self.evidence), 4),
            "whole_evidence": round(fmean(share == 1 for share in self.evidence), 4),
            "tokens": round(fmean(self.tokens)),
            "unchanged": round(fmean(self.unchanged), 3) if self.unchanged else 0.0,
            "render_cpu_ms": {"p50": round(cuts[9], 1), "p95": round(cuts[18], 1)},
        }


class Asking:
    """Renders each question at each budget, and counts."""

    def __init__(self) -> None:
        self.rows = {budget: Row() for budget in BUDGETS}
        self._before: dict[int, str] = {}

    def ask(
        self,
        context: Context,
        question: Question,
        found: Sequence[Note],
        wanted: Sequence[Wanted],
    ) -> None:
        """Render a question, and note how much of what is wanted is in the packet."""
        for budget, row in self.rows.items():
            began_s = time.process_time()
            packet = render(context, question, found, budget)
            row.cpu_ms.append(1000 * (time.process_time() - began_s))
            row.tokens.append(packet.tokens)
            given = _flat(packet.text.removesuffix(question.text))
            row.evidence.append(fmean(is_in(given) for is_in in wanted))
            if budget in self._before:
                row.unchanged.append(_same(self._before[budget], packet.text) / len(packet.text))
            self._before[budget] = packet.text

    def figures(self) -> dict[str, Any]:
        """Return what was found, by budget."""
        return {str(budget): row.figures() for budget, row in self.rows.items() if row.evidence}


def measure(data: Path | None, scenes: Sequence[str]) -> dict[str, Any]:
    """Return what goes in and comes out, of dialogues and of scenes, and what holds the answers."""
    return {
        "dialogues": _of_dialogues(data) if data else "skipped: name their folder with --data",
        "scenes": _of_scenes(scenes) if scenes else "skipped",
    }


# --- dialogues -----------------------------------------------------------------------------------


def _of_dialogues(data: Path) -> dict[str, Any]:
    dialogues = [read_dialogue(path) for path in sorted(data.glob("*.json"))]
    if not dialogues:
        raise CannotMeasure(f"{data} holds no dialogues (*.json)")
    reader, every = Reader(), Asking()
    by_dialogue, text_bytes, words, made_bytes = {}, 0, 0, 0
    for dialogue in dialogues:
        with fresh_notes() as notes:
            asking, made = _asked(dialogue, notes, reader)
        by_dialogue[dialogue.name] = {
            str(budget): round(fmean(row.evidence), 4) for budget, row in asking.rows.items()
        }
        for budget, row in asking.rows.items():
            for name, values in vars(row).items():
                getattr(every.rows[budget], name).extend(values)
        text_bytes += sum(len(note.text.encode()) for note in dialogue.turns.values())
        words += sum(len(note.text.split()) for note in dialogue.turns.values())
        made_bytes += sum(len(note.text.encode()) for note in made)
    return {
        "text_bytes": text_bytes,
        "sound_bytes_if_spoken": round(words / WORDS_PER_S * SOUND_BYTES_PER_S),
        "looked_back_on_bytes": made_bytes,
        "budgets": every.figures(),
        "by_dialogue": by_dialogue,
    }


def _asked(dialogue: Dialogue, notes: Notes, reader: Reader) -> tuple[Asking, list[Note]]:
    """Ask a dialogue's questions, and return what was made of it when it was looked back on."""
    turns = {name: notes.remember(note) for name, note in dialogue.turns.items()}
    for note in notes.get(turns.values()):
        notes.keep_meaning(note.id, *reader.signs(note))
    made: list[Note] = []
    while late := undigested(notes, 0.0, dialogue.end_s):
        fresh = compacted(late, promised(notes))
        notes.remember_all(fresh)
        made += fresh
    context = Context(
        "asked",
        wall_at_zero_s=dialogue.end_s,
        heard=tuple(notes.recent(IN_DETAIL, ("said",))[::-1]),
        standing=tuple(standing(notes, dialogue.end_s)),
    )
    finder, asking = Finder(notes), Asking()
    said = {name: _flat(note.text) for name, note in dialogue.turns.items()}
    for asked in dialogue.asked:
        question = Question(asked.text, context.now_at(0))
        wanted = [partial(_contains, said[name]) for name in asked.evidence]
        asking.ask(context, question, _found(finder, reader, question), wanted)
    return asking, made


def _found(finder: Finder, reader: Reader, question: Question) -> list[Note]:
    understood = reader.understand(question)
    return [each.note for each in finder.find(question, understood, FOUND_NOTES)]


def _contains(words: str, text: str) -> bool:
    return words in text


def _flat(text: str) -> str:
    return " ".join(text.split())


def _same(one: str, other: str) -> int:
    """Return how many characters two texts have in common at the beginning."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


# --- scenes --------------------------------------------------------------------------------------


def _of_scenes(names: Sequence[str]) -> dict[str, Any]:
    reader, asking = Reader(), Asking()
    raw_bytes = text_bytes = without = 0
    for name in names:
        shown = scene.load(scene.folder(name))
        with tempfile.TemporaryDirectory(prefix="offrecord-bench-") as folder:
            raw_bytes += _played(shown, Path(folder))
            with Notes(Path(folder), SECRET) as notes:
                text_bytes += sum(len(note.text.encode()) for note in notes.all_notes())
                without += _asked_again(shown, notes, reader, asking)
    return {
        "raw_bytes": raw_bytes,
        "text_bytes": text_bytes,
        "questions_without_evidence": without,
        "budgets": asking.figures(),
    }


def _played(shown: scene.Scene, folder: Path) -> int:
    """Play a scene with its notes in a folder, and return how much sound and picture it was."""
    run = Run(
        config=config.Config(),
        sources=scene.sources(shown),
        data=folder,
        picture_s=shown.picture_s,
        fast=True,
    )
    summary = play(run, lambda _message: None)
    if summary is None:
        raise CannotMeasure(f"the scene {shown.name} was not played to its end")
    return summary.raw_bytes


def _asked_again(shown: scene.Scene, notes: Notes, reader: Reader, asking: Asking) -> int:
    """Ask a scene's questions of its notes, and return of how many no note holds the answer."""
    kept, finder = list(notes.all_notes()), Finder(notes)
    without = 0
    for question in shown.questions:
        at_ms = round(1000 * question.ends_at_s)
        asked = [n for n in kept if n.kind == "asked" and abs(n.at_ms - at_ms) <= APART_MS]
        known = [note for note in kept if asked and note.id < asked[0].id]
        wanted = [partial(_holds, pattern) for pattern in question.expect]
        evidence = "\n".join(note.text for note in known if note.kind in EVIDENCE)
        if not all(is_in(evidence) for is_in in wanted):
            without += 1
            continue
        context = resumed(Context(asked[0].run), known)
        again = Question(asked[0].text, context.now_at(asked[0].at_ms))
        found = [note for note in _found(finder, reader, again) if note in known]
        asking.ask(replace(context, dialogue=()), again, found, wanted)
    return without


def _holds(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None
