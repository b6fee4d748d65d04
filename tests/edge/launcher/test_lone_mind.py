"""A mind that is started for one command."""

from pathlib import Path

import pytest

from edge import cli, config
from edge.evidence import Note
from edge.launcher import lone_mind
from edge.notes import Notes, keys
from edge.search.meaning import BYTES

GLOVES, SOUP = "My gloves lie in the hall.", "The soup was cold."


@pytest.mark.usefixtures("minilm")
def test_notes_are_found_by_what_they_mean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Notes(tmp_path, keys.secret()) as notes:
        for place, text in enumerate((SOUP, GLOVES)):
            number = notes.remember(Note("said", text, 0, 1.8e9 + place, "r", "test"))
            understood = lone_mind.understood(config.Config(), tmp_path, text)
            assert understood
            whole, *pieces = (
                each.to_bytes(BYTES)
                for each in (understood.meaning.whole, *understood.meaning.pieces)
            )
            notes.keep_meaning(number, whole, b"".join(pieces))
    search = ["notes", "search", "where", "are", "my", "mittens?", "--data", str(tmp_path)]
    assert cli.main([*search, "--limit", "1"]) == 0
    told = capsys.readouterr()
    assert "gloves" in told.out
    assert "what they mean" in told.err


def test_without_its_model_it_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path))
    with pytest.raises(lone_mind.NoMind, match="models fetch minilm"):
        lone_mind.understood(config.Config(), tmp_path, GLOVES)
