"""`offrecord notes`: found, shown, forgotten, taken away and brought back, in the real program."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typed

from edge.evidence import Note
from edge.ledger import Content
from edge.notes import Notes, keys


def note(text: str, at_wall_s: float, **more: Any) -> Note:  # noqa: ANN401 (any field)
    return Note("said", text, 0, at_wall_s, "r", "tiny", 90, mark="live", **more)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with Notes(tmp_path, keys.secret()) as notes:
        notes.remember(note("I put the keys in the blue bowl.", 100.0, who="wearer", observation=3))
        notes.remember(Note("told", "In the blue bowl.", 0, 160.0, "r", "recall", rests_on=(1,)))
        notes.remember(note("Anna comes \x1b[31mon Friday.", 86_400.0 * 3))
        notes.keep_text(3, 100.0, Content("salt", '{"text": "I put the keys in the blue bowl."}'))
    return tmp_path


def offrecord(data: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return typed.offrecord("notes", *arguments, "--data", data)


def told(data: Path, *arguments: object) -> str:
    ran = offrecord(data, *arguments)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def refused(data: Path, *arguments: object) -> str:
    ran = offrecord(data, *arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1
    return ran.stderr


def test_notes_are_found_by_their_words_and_the_latest_without(data: Path) -> None:
    assert "blue bowl" in told(data, "search", "keys")
    assert "Anna" not in told(data, "search", "keys")
    found = json.loads(told(data, "search", "bowls", "--json"))
    assert {each["id"] for each in found} == {1, 2}
    assert len(json.loads(told(data, "search", "--json", "--kind", "said"))) == 2
    assert told(data, "search", "xylophone") == "There is no such note.\n"


def test_what_was_heard_is_no_command_to_the_terminal(data: Path) -> None:
    assert "\x1b" not in told(data, "search", "anna")


def test_a_note_is_shown_with_where_it_came_from(data: Path) -> None:
    page = told(data, "show", 1)
    assert "row 3 of the ledger" in page
    assert "tiny" in page
    assert "2 (In the blue bowl.)" in page
    assert json.loads(told(data, "show", 2, "--json"))["rests_on"] == [1]
    assert "there is no note 99" in refused(data, "show", 99)


def test_forgetting_needs_a_yes_and_reaches_what_was_made_of_it(data: Path) -> None:
    assert "2 notes and the words of 1 row of the ledger" in refused(
        data, "forget", "topic", "keys"
    )
    assert "Forgotten: 2 notes" in told(data, "forget", "topic", "keys", "--yes")
    assert [each["id"] for each in json.loads(told(data, "search", "--json"))] == [3]
    assert told(data, "forget", "topic", "keys", "--yes") == "There is nothing to forget.\n"


def test_a_day_is_forgotten(data: Path) -> None:
    assert json.loads(told(data, "forget", "day", "1970-01-04", "--yes", "--json")) == {
        "notes": 1,
        "ledger_texts": 0,
    }


def test_what_cannot_be_told_is_one_sentence(data: Path) -> None:
    assert "cannot tell what to forget" in refused(data, "forget", "everything")
    assert "no stretch of time" in refused(data, "forget", "last", "week")


def test_an_export_comes_back_once(data: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other, file = tmp_path_factory.mktemp("other"), data / "export.jsonl"
    assert "3 notes are in" in told(data, "export", file)
    assert file.stat().st_mode & 0o077 == 0
    assert "exists already" in refused(data, "export", file)
    assert json.loads(told(other, "import", file, "--json")) == {"imported": 3, "known": 0}
    assert json.loads(told(other, "import", file, "--json")) == {"imported": 0, "known": 3}
    assert json.loads(told(other, "show", 2, "--json"))["rests_on"] == [1]
    assert "tiny" in told(other, "show", 1)


def test_what_is_no_export_is_refused(data: Path) -> None:
    file = data / "other.jsonl"
    file.write_text('{"text": "no"}\n')
    assert "is no export of notes" in refused(data, "import", file)


def test_stats_count_and_name_the_key(data: Path) -> None:
    stats = json.loads(told(data, "stats", "--json"))
    assert stats["kinds"] == {"said": 2, "told": 1}
    assert stats["ledger_texts"] == 1
    assert "notes.key" in stats["key"]
    assert "Encrypted; the key is in" in told(data, "stats")


def test_without_notes_or_their_key_it_is_one_sentence(data: Path, tmp_path: Path) -> None:
    assert "there are no notes in" in refused(tmp_path / "nowhere", "search", "keys")
    kept = keys.path().read_bytes()
    keys.path().unlink()
    try:
        assert "there is no key at" in refused(data, "search", "keys")
        keys.secret()  # another one is made
        assert "written with another key than this one" in refused(data, "search", "keys")
    finally:
        keys.path().write_bytes(kept)
