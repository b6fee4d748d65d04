import json
from pathlib import Path

import pytest

from edge import cli
from edge.team import outbox


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def line_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """Return the line of somebody else."""
    with monkeypatch.context() as there:
        there.setenv("XDG_CONFIG_HOME", str(folder / "there"))
        assert cli.main(["team", "create"]) == 0
    return capsys.readouterr().out.splitlines()[0]


def test_a_team_is_made_of_lines(
    alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = line_of(alone, monkeypatch, capsys)
    assert cli.main(["team", "create"]) == 0
    assert cli.main(["team", "join", "Ben", line]) == 0
    capsys.readouterr()
    assert cli.main(["team", "members", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"name": "Ben", "line": line}]
    assert cli.main(["team", "leave", "Ben"]) == 0
    capsys.readouterr()
    assert cli.main(["team"]) == 0
    assert "Nobody yet" in capsys.readouterr().out


@pytest.mark.usefixtures("alone")
def test_a_key_is_made_once_and_another_when_one_leaves(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = []
    for words in (["create"], ["create"], ["leave"], ["create"]):
        assert cli.main(["team", *words]) == 0
        lines.append(capsys.readouterr().out.splitlines()[0])
    assert lines[0] == lines[1] != lines[3]


def test_what_is_said_waits_for_the_next_run(
    alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = line_of(alone, monkeypatch, capsys)
    config = alone / "config.toml"
    config.write_text('[home]\nmqtt = "mqtt://127.0.0.1"\n')
    cli.main(["team", "create"])
    cli.main(["team", "join", "Ben", line])
    capsys.readouterr()
    say = ["team", "say", "the van", "is here", "--config", str(config)]
    assert cli.main(say) == 0
    assert "when Offrecord runs again, to 1 of the team" in capsys.readouterr().out
    assert len(outbox.waiting(alone / "data" / "offrecord")) == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["members"], "`offrecord team create` makes one"),
        (["say", "hello"], "there is no broker"),
        (["join", "Ben", "hello"], "`offrecord team create` makes one"),
    ],
)
@pytest.mark.usefixtures("alone")
def test_what_cannot_be_done_is_one_sentence(
    words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["team", *words]) == 2
    refusal = capsys.readouterr().err
    assert why in refusal
    assert refusal.count("\n") == 1
