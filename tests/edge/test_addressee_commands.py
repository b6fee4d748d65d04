"""`offrecord addressee`, as it is typed."""

import json
from pathlib import Path

import pytest

from edge import cli
from edge.recall.asking import Kind
from edge.runtime.lessons import Lessons


def typed(folder: Path, *words: str) -> int:
    return cli.main(["addressee", *words, "--data", str(folder)])


@pytest.fixture
def taught(tmp_path: Path) -> Path:
    lessons = Lessons(tmp_path)
    for _ in range(2):
        lessons.correct(Kind.WORLD, was_meant=False)
    lessons.correct(Kind.WISH, was_meant=True)
    return tmp_path


def test_what_was_learnt_is_told_in_plain_words(
    taught: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(taught, "show") == 0
    lines = capsys.readouterr().out
    assert '"that was not for you" twice; taken less readily' in lines
    assert "other things to do" in lines
    assert "1 more the same way will" in lines


def test_nothing_learnt_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed(tmp_path, "show")
    assert "Nothing has been learnt" in capsys.readouterr().out


def test_it_is_exported_once(taught: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = taught / "learnt.json"
    assert typed(taught, "export", str(file)) == 0
    assert json.loads(file.read_text())["kinds"]["questions about the world"]["not_meant"] == 2
    assert typed(taught, "export", str(file)) == 2
    assert "name a new file" in capsys.readouterr().err


def test_it_is_forgotten(taught: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(taught, "reset") == 0
    assert Lessons(taught).leanings == {}
    typed(taught, "reset")
    assert "nothing to forget" in capsys.readouterr().out
