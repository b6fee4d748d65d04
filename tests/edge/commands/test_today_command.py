"""`offrecord today`: what was kept about a day, in the real program."""

import json
from datetime import datetime
from pathlib import Path

import pytest
import typed

from edge.digest.compaction import compacted
from edge.evidence import OFFER, Kind, Note
from edge.notes import Notes, keys

MORNING_S = datetime.fromisoformat("2026-11-20 09:00").timestamp()


def note(text: str, second: int, kind: Kind = "said", who: str = "wearer") -> Note:
    return Note(kind, text, 1000 * second, MORNING_S + second, "r", "tiny", 90, who=who)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with Notes(tmp_path, keys.secret()) as notes:
        early = [
            note("I'll send you the report by Monday.", 0),
            note("My brother Tom moved to \x1b[31mLeeds in May.", 10, who="Anna"),
        ]
        ids = notes.remember_all(early)
        notes.remember_all(compacted(notes.get(ids)))
        notes.remember(note("Where are my keys?", 20, "asked"))
        offer = Note("told", "Promised: the report", 0, MORNING_S + 20, "r", f"{OFFER}promise")
        notes.remember(offer)
        notes.remember(note("In the blue bowl.", 20, "told", "companion"))
        notes.remember(note("the gate's code is 4711", 30, "remembered"))
        notes.remember(note("I sent you the report about the lemons.", 4000))
    return tmp_path


def page(data: Path, *arguments: object) -> str:
    ran = typed.offrecord("today", *arguments, "--data", data)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_page_tells_the_day_also_what_nobody_has_looked_back_on_yet(data: Path) -> None:
    told = page(data, "2026-11-20")
    assert told.startswith("Friday, 20 November 2026")
    for words in ("Tom moved to", "4711", "In the blue bowl.", "10:06", "lemons"):
        assert words in told
    assert "kept  you: I'll send you the report by Monday. (by Monday 23 November)" in told
    assert "\x1b" not in told


def test_the_same_as_json(data: Path) -> None:
    told = json.loads(page(data, "2026-11-20", "--json"))
    assert [each["when"] for each in told["episodes"]] == ["09:00", "10:06"]
    assert [(each["text"], each["state"]) for each in told["promises"]] == [
        ("I'll send you the report by Monday.", "kept")
    ]
    assert told["asked"] == [{"question": "Where are my keys?", "answer": "In the blue bowl."}]
    assert {each["name"] for each in told["people"]} == {"Anna", "Tom"}


def test_another_day_has_nothing(data: Path) -> None:
    assert "Nothing was kept" in page(data, "2026-11-18")


def test_a_day_that_is_none_and_notes_that_are_none_are_refused(tmp_path: Path) -> None:
    for day, complaint in (("2026-13-01", "is no day"), ("today", "there are no notes")):
        ran = typed.offrecord("today", day, "--data", tmp_path)
        assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
        assert complaint in ran.stderr
