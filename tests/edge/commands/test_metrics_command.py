"""What `offrecord metrics` says is read by Prometheus' own parser."""

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edge import cli, metrics
from edge.messages import Figures, MuteState, StageSummary, Standing, StandingProcess

CHAMBER = StandingProcess("chamber", "chamber", 12, "A")
BORN = StandingProcess("voice", "voice", 13, "C", is_checked=False)
FIGURES = Figures(3, 4, 1, 9000, 120, 2, (StageSummary("words", 7, 180.0, 420.5),))
OUTSIDE = metrics.Outside(512, 42, {"chamber": 300_000_000})


def standing(figures: Figures | None = FIGURES) -> Standing:
    state = MuteState(muted=True)
    return Standing("r1", 11, (CHAMBER, BORN), state, 120, 0, 0, True, figures=figures)  # noqa: FBT003


def read(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return each sample by its name and the values of its labels."""
    return {
        (sample.name.removeprefix("offrecord_"), tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_prometheus_reads_how_a_run_does() -> None:
    found = read(metrics.page(standing(), OUTSIDE))
    assert found["up", ()] == 1
    assert found["seal_level", ("chamber", "A")] == 1
    assert found["memory_bytes", ("chamber",)] == 300_000_000
    assert found["stage_seconds", ("words", "0.95")] == 0.4205
    assert found["airlock_bytes_total", ()] == 120
    assert found["heard_total", ()] == 3
    assert found["dropped_total", ()] == 2
    assert found["ledger_rows_total", ()] == 42
    assert found["muted", ()] == 1


def test_a_process_that_is_not_checked_yet_has_no_level() -> None:
    assert ("seal_level", ("voice", "C")) not in read(metrics.page(standing(), OUTSIDE))


def test_what_was_not_said_yet_is_left_out() -> None:
    assert ("heard_total", ()) not in read(metrics.page(standing(None), OUTSIDE))


def test_where_nothing_runs_prometheus_is_told_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["metrics", "--data", str(tmp_path)]) == 0
    found = read(capsys.readouterr().out)
    assert (found["up", ()], found["ledger_rows_total", ()]) == (0, 0)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    argv = [sys.executable, "-m", "edge.cli", "metrics", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout
        yield serving.stdout.readline().split()[-1]
        serving.terminate()


def status(address: str, host: str | None = None) -> int:
    request = urllib.request.Request(address, headers={"Host": host} if host else {})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def test_it_answers_on_loopback_alone_and_no_page_from_elsewhere(address: str) -> None:
    assert address.startswith("http://127.0.0.1:")
    assert status(address) == 200
    assert status(address.replace("/metrics", "/")) == 404
    assert status(address, "rebound.example:9100") == 421


def test_a_port_that_is_no_port_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["metrics", "--port", "70000", "--data", "/nowhere"]) == 2
    assert "choose another" in capsys.readouterr().err
