"""What does the doctor say of the reasoners?"""

import wave
from pathlib import Path

import pytest
from language_model import serving_beside, streams

from edge import cli
from edge.commands import run as run_commands
from edge.config import Config, Notes, Reasoner
from edge.doctor import reasoners as reasoner_findings
from edge.reason import abilities, neighbours
from edge.reason.abilities import Abilities

DESCRIBED = {"data": [{"id": "llama3.2:1b"}, {"id": "evil\x1b[31m\nname"}]}


def test_a_server_on_this_device_is_offered_with_its_lines() -> None:
    with serving_beside(streams(), DESCRIBED) as server:
        port = int(server.url.split(":")[2].removesuffix("/v1"))
        recall, offer = reasoner_findings.reasoners(Config(), {port: "Ollama", 9: "LM Studio"})
    assert "built-in recall" in recall.found
    assert offer.found.startswith(f"Ollama runs on this device at {server.url} with llama3.2:1b")
    assert "\x1b" not in offer.found + offer.remedy
    assert offer.remedy.split("\n")[1:] == [
        "[[reasoner]]",
        f'url = "{server.url}"',
        'model = "llama3.2:1b"',
    ]


@pytest.mark.parametrize("described", [None, [], {"data": 3}, {"data": [{"name": "x"}]}])
def test_a_server_of_another_kind_is_not_offered(described: object) -> None:
    with serving_beside(streams(), described) as server:
        port = int(server.url.split(":")[2].removesuffix("/v1"))
        assert len(list(reasoner_findings.reasoners(Config(), {port: "llama-server"}))) == 1


def test_each_has_a_row_with_what_it_can_do_and_its_terms(tmp_path: Path) -> None:
    with serving_beside(streams(), DESCRIBED) as server:
        known = server.settings(
            withhold=("seen", "numbers"), price_per_1000_tokens=0.5, questions_a_day=20
        )
        settings = Config(
            reasoner=(known, Reasoner(url=server.url), Reasoner(url="http://127.0.0.1:9/v1")),
            notes=Notes(folder=str(tmp_path)),
        )
        can = Abilities(8192, tools=True, is_known=True)
        abilities.keep(tmp_path, {abilities.name_of(known): can})
        first, second, third = reasoner_findings.reasoners(settings)
    assert [each.name for each in (first, second, third)] == [f"reasoner {n}" for n in (1, 2, 3)]
    assert first.found == (
        f"{server.url} answers; is not sent: seen, numbers; 0.5 for 1000 tokens; "
        "at most 20 questions a day; holds 8192 tokens; streams, tools; without JSON, pictures"
    )
    assert second.found.endswith("what it can do is found out when Offrecord runs")
    assert (third.verdict, third.remedy) == ("note", "start it, or correct [reasoner] url")
    assert server.bodies == []


def test_a_key_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_KEY", raising=False)
    wanted = Reasoner(url="http://127.0.0.1:9/v1", api_key_env="MY_KEY")
    (found,) = reasoner_findings.reasoners(Config(reasoner=(wanted,)))
    assert "MY_KEY" in found.found
    assert found.verdict == "note"


def test_the_first_run_offers_what_runs_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_commands, "play", lambda *_, **__: 0)
    silence = tmp_path / "silence.wav"
    with wave.open(str(silence), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(3200))
    arguments = ["run", "--audio", str(silence), "--data", str(tmp_path / "new")]
    with serving_beside(streams(), DESCRIBED) as server:
        port = int(server.url.split(":")[2].removesuffix("/v1"))
        monkeypatch.setitem(neighbours.PORTS, port, "Ollama")
        assert cli.main(arguments) == 0
        first = capsys.readouterr().err
        (tmp_path / "new").mkdir()
        assert cli.main(arguments) == 0
    assert f"Ollama runs on this device at {server.url} with llama3.2:1b" in first
    assert capsys.readouterr().err == ""
