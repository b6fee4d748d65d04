"""`offrecord addressee`, as it is typed."""

import json
from pathlib import Path

import pytest

from edge import cli
from edge.notes import Notes, keys
from edge.recall.asking import Kind
from edge.recall.learnt import Learnt


def typed(folder: Path, *words: str) -> int:
    return cli.main(["addressee", *words, "--data", str(folder)])


@pytest.fixture
def taught(tmp_path: Path) -> Path:
    with Notes(tmp_path, keys.secret()) as notes:
        for kind, was_meant in ((Kind.WORLD, False), (Kind.WORLD, False), (Kind.WISH, True)):
            lesson = Learnt().lesson(
                "When does it open?", kind, follows_reply=False, was_meant=was_meant
            )
            notes.keep_lesson(1.8e9, lesson)
    return tmp_path


def test_what_was_learnt_is_told_in_plain_words(
    taught: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(taught, "show") == 0
    lines = capsys.readouterr().out
    assert '"that was not for you" twice; taken less readily' in lines
    assert "other things to do" in lines
    assert "1 more the same way will" in lines
    assert "like the 3 that you corrected" in lines


def test_nothing_learnt_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed(tmp_path, "show")
    assert "Nothing has been learnt" in capsys.readouterr().out


def test_it_is_exported_once(taught: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = taught / "learnt.json"
    assert typed(taught, "export", str(file)) == 0
    document = json.loads(file.read_text())
    assert document["kinds"]["questions about the world"]["not_meant"] == 2
    assert len(document["weights_log_odds"]) == document["weights_moved"] > 0
    assert typed(taught, "export", str(file)) == 2
    assert "name a new file" in capsys.readouterr().err


def test_it_is_forgotten(taught: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(taught, "reset") == 0
    with Notes(taught, keys.secret()) as notes:
        assert notes.lessons() == []
    typed(taught, "reset")
    assert "nothing to forget" in capsys.readouterr().out
