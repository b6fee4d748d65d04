"""`offrecord grants` and `offrecord plans`, as they are typed."""

import json
import time
from pathlib import Path

import pytest

from edge import cli
from edge.errand import Errand
from edge.evidence import Now
from edge.notes import Notes, keys

TABLE = Errand("plan", "book a table", steps=("call", "confirm"), done=(1,))


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = cli.main(words)
    said = capsys.readouterr()
    return status, said.out, said.err


def test_what_is_granted_is_listed_changed_and_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--data", str(tmp_path))
    for words in (("allow", "mail__send"), ("deny", "forget")):
        assert run(capsys, "grants", *words, *where)[0] == 0
    decided = {"mail__send": "always", "forget": "never"}
    assert json.loads(run(capsys, "grants", "list", "--json", *where)[1]) == decided
    assert "always  mail__send" in run(capsys, "grants", "list", *where)[1]
    run(capsys, "grants", "reset", "forget", *where)
    assert json.loads(run(capsys, "grants", "list", "--json", *where)[1]) == {
        "mail__send": "always"
    }
    run(capsys, "grants", "reset", *where)
    assert "Nothing is granted" in run(capsys, "grants", "list", *where)[1]


def test_nobody_who_could_have_asked_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--data", str(tmp_path))
    for number in ("1", "99999999999999999999"):
        status, _, error = run(capsys, "grants", "answer", number, "once", *where)
        assert status == 2
        assert error.count("\n") == 1
        assert "Traceback" not in error


def test_the_open_plans_are_shown_with_their_steps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Notes(tmp_path, keys.secret()) as notes:
        notes.remember(TABLE.note(Now("r", 0, time.time())))
    status, said, _ = run(capsys, "plans", "--data", str(tmp_path))
    assert (status, said) == (0, "book a table\n  [x] 1. call\n  [ ] 2. confirm\n")
    shown = json.loads(run(capsys, "plans", "--json", "--data", str(tmp_path))[1])
    assert shown == [{"goal": "book a table", "steps": ["call", "confirm"], "done": [1]}]
