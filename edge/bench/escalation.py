"""Who answers, and is it right? Questions over known notes: some the notes answer, some nobody can.

Those of `questions.toml`, or of a file in that form, are held out from all that is learnt and
mended. The others are those that were looked at (`rehearsal.toml`), and invented ones
(`invented.py`), of another seed than was learnt from.
Every question goes the way that a wearer's goes: encrypted notes, search, the built-in answer and
the rule of `edge/escalation.py`; what would leave is the whole request to a connected model.
"""

import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from edge.bench import SECRET, CannotMeasure
from edge.bench.invented import Case, Inventor, note_of
from edge.bench.minds import Reader
from edge.config import ContextSize
from edge.context import Context
from edge.evidence import Kind, Now, Question
from edge.notes import Notes
from edge.packet import render
from edge.reason import prompt
from edge.recall import requests
from edge.recall.answer import Answer, Memory
from edge.recall.from_notes import NOT_IN_NOTES
from edge.search.alike import alike
from edge.search.finder import Finder

FILE: Final = Path(__file__).with_name("questions.toml")
REHEARSAL: Final = FILE.with_name("rehearsal.toml")
INVENTED_WEARERS: Final = 10
INVENTED_SEED: Final = 21
FOUND_NOTES: Final = 60
"""As many as a conversation draws on."""
ANSWERABLE: Final = frozenset({"note", "sight", "time", "paraphrase"})
KINDS: Final = (*sorted(ANSWERABLE), "trap", "unknown", "model")
_KINDS_OF_NOTES: Final[dict[str, Kind]] = {"saw": "seen", "keep": "remembered"}
Tally = Counter[str]


def measure(questions: Path = FILE, *, mind: bool = True) -> dict[str, Any]:
    """Return for each part what became of each question, with the mind and without."""
    parts = {
        "held_out": written(questions),
        "rehearsed": written(REHEARSAL),
        "invented": list(Inventor(INVENTED_SEED).cases(INVENTED_WEARERS)),
    }
    readers: dict[str, Reader | None] = {"by_words": None}
    if mind:
        readers["with_mind"] = Reader()
    return {
        "questions": sum(map(len, parts.values())),
        **{
            part: {way: measured(cases, reader) for way, reader in readers.items()}
            for part, cases in parts.items()
        },
    }


def written(path: Path) -> list[Case]:
    """Return the cases of a file in the form of `questions.toml`. Raises CannotMeasure."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
        return [case for wearer in document["wearer"] for case in _of_wearer(wearer)]
    except OSError as error:
        raise CannotMeasure(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise CannotMeasure(f"{path} is not in the form of questions.toml: {error}") from None


def _of_wearer(wearer: dict[str, Any]) -> Iterator[Case]:
    now = datetime.fromisoformat(wearer["now"]).astimezone()
    notes = []
    for number, line in enumerate(wearer["notes"].strip().splitlines(), 1):
        days, clock, who, text = line.split(" ", 3)
        hour, minute = map(int, clock.split(":"))
        at = (now - timedelta(days=int(days))).replace(hour=hour, minute=minute)
        kind = _KINDS_OF_NOTES.get(who, "said")
        who = "wearer" if kind == "remembered" else "" if kind == "seen" else who
        notes.append(note_of(number, kind, who, text, at.timestamp()))
    for line in wearer["questions"].strip().splitlines():
        sort, text, held = (part.strip() for part in line.split("|"))
        if sort not in KINDS:
            raise ValueError(f"{sort!r} is not one of {', '.join(KINDS)}")
        answers = tuple(filter(None, held.split("/")))
        question = Question(text, Now("now", 0, now.timestamp()))
        yield Case(question, tuple(notes), sort, answers)


# --- one part, one way ---------------------------------------------------------------------------


def measured(cases: Sequence[Case], reader: Reader | None) -> dict[str, Any]:
    tally: Tally = Counter()
    kinds: dict[str, Tally] = {kind: Counter() for kind in KINDS}
    sent = 0
    wrong = []
    for notes, some in _by_notes(cases):
        with (
            tempfile.TemporaryDirectory(prefix="offrecord-bench-") as folder,
            Notes(Path(folder), SECRET) as kept,
        ):
            finder = Finder(kept)
            for note in notes:
                number = kept.remember(note)
                if reader:
                    kept.keep_meaning(number, *reader.signs(note))
            for case in some:
                answer, request = _asked(case, kept, finder, reader)
                outcome = judged(case, answer)
                tally[outcome] += 1
                kinds[case.kind][outcome] += 1
                sent += len(request) if answer.needs_model else 0
                if outcome == "answered_wrong":
                    wrong.append({"asked": case.question.text, "said": answer.text})
    total = len(cases) or 1
    answerable = sum(case.kind in ANSWERABLE for case in cases) or 1
    return {
        "questions": len(cases),
        **{outcome: tally[outcome] for outcome in OUTCOMES},
        "wrong_local_share": round(tally["answered_wrong"] / total, 4),
        "right_of_answerable": round(tally["answered_right"] / answerable, 4),
        "sent_share": round((tally["sent_right"] + tally["sent_needless"]) / total, 4),
        "bytes_sent": sent,
        "by_kind": {kind: dict(counts) for kind, counts in kinds.items() if counts},
        "wrong": wrong,
    }


OUTCOMES: Final = (
    "answered_right",
    "answered_wrong",
    "unknown_right",
    "unknown_wrong",
    "sent_right",
    "sent_needless",
)


def judged(case: Case, answer: Answer) -> str:
    """Say what became of a question.

    To send on is right what needs a bigger model, and what notes answer in words that are not the
    question's; needless is what cannot be answered, or what the notes plainly say.
    """
    if answer.needs_model:
        is_right = case.kind in {"model", "paraphrase", "time"}
        return "sent_right" if is_right else "sent_needless"
    if NOT_IN_NOTES.lower() in answer.text.lower() or answer.text.startswith("I have not "):
        return "unknown_right" if case.kind in {"trap", "unknown"} else "unknown_wrong"
    told = answer.text.lower()
    is_right = any(each.lower() in told for each in case.answers)
    return "answered_right" if is_right else "answered_wrong"


def _asked(case: Case, notes: Notes, finder: Finder, reader: Reader | None) -> tuple[Answer, bytes]:
    """Return the built-in answer, and what a connected model would be sent."""
    question = case.question
    understood = reader.understand(question) if reader else None
    found = [each.note for each in finder.find(question, understood, FOUND_NOTES)]
    close = alike(understood, notes.pieces(note.id for note in found))
    answer = requests.answer_all(question, Memory(found, alike=close))
    context = replace(Context(), run=question.now.run)
    packet = render(context, question, found, ContextSize().tokens)
    return answer, prompt.body("model", prompt.opening(packet, question.text))


def _by_notes(cases: Sequence[Case]) -> Iterator[tuple[tuple[Any, ...], list[Case]]]:
    """Yield each wearer's notes with the questions over them."""
    some: list[Case] = []
    for case in cases:
        if some and some[0].notes is not case.notes and some[0].notes != case.notes:
            yield some[0].notes, some
            some = []
        some.append(case)
    if some:
        yield some[0].notes, some
