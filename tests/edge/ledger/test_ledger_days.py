import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge import ledger
from edge.audit.running_controls import Texts
from edge.ledger import Leaving, Ledger, Occasion, whole_lines
from edge.ledger.days import day_of, days, left_on

NOON_S = datetime(2026, 3, 10, 12, tzinfo=UTC).timestamp()
TODAY = day_of(NOON_S)
DAY_S = 86_400


def fill(folder: Path, *rows: tuple[float, str, int]) -> Path:
    """Return a ledger of rows: when, `live` or `file` or an endpoint, bytes."""
    path = folder / ledger.FILE_NAME
    with Ledger(path, Texts()) as file:
        for when_s, kind, left_bytes in rows:
            to = kind if kind.startswith("http") else ledger.RUNTIME
            leaving = Leaving("Transcript", left_bytes, "observation", "words", to)
            file.append(leaving, Occasion("r", when_s, "file" if kind == "file" else "live"))
    return path


def test_live_rows_and_files_are_summed_apart_by_day(tmp_path: Path) -> None:
    path = fill(
        tmp_path,
        (NOON_S - DAY_S, "live", 5),
        (NOON_S, "live", 10),
        (NOON_S, "file", 100),
        (NOON_S, "http://x", 1000),
    )
    found = days(path)
    assert list(found) == [TODAY - timedelta(days=1), TODAY]
    assert found[TODAY].live.left_chamber_bytes == 10
    assert found[TODAY].live.left_device_bytes == 1000
    assert found[TODAY].file.left_chamber_bytes == 100
    assert left_on(path, TODAY) == 10


def test_a_clock_that_was_wrong_for_a_while_hides_nothing(tmp_path: Path) -> None:
    path = fill(
        tmp_path,
        (NOON_S - 9 * DAY_S, "live", 1),
        (NOON_S, "live", 10),
        (NOON_S - DAY_S, "live", 5),
        (NOON_S, "live", 20),
    )
    assert left_on(path, TODAY) == 30


def test_nothing_has_left_where_there_is_no_ledger(tmp_path: Path) -> None:
    assert left_on(tmp_path / "none", TODAY) == 0
    assert days(tmp_path / "none") == {}


def test_a_day_is_the_wearer_s_by_the_local_clock() -> None:
    asked = "from edge.ledger.days import day_of; print(day_of(1773100800.0))"  # 00:00 UTC
    zones = {"Etc/UTC": "2026-03-10", "America/Lima": "2026-03-09", "Asia/Kathmandu": "2026-03-10"}
    if not Path("/usr/share/zoneinfo/Asia/Kathmandu").exists():
        pytest.skip("UNCHECKED: no time zones here: apt install tzdata")
    for zone, day in zones.items():
        ran = subprocess.run(
            [sys.executable, "-c", asked], env={"TZ": zone}, capture_output=True, check=True
        )
        assert ran.stdout.decode().strip() == day


@pytest.mark.parametrize("block_bytes", [1, 2, 3, 7, 64, 1 << 16])
def test_lines_are_the_same_from_both_ends(
    block_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_lines, "BLOCK_BYTES", block_bytes)
    path = tmp_path / "lines"
    for text in (b"", b"\n", b"torn", b"a\nbb\n\nccc\n", b"a\nbb\ntorn", b"\n\ntorn"):
        path.write_bytes(text)
        whole = list(whole_lines.lines(path))
        assert whole == text.split(b"\n")[:-1]
        assert list(whole_lines.lines_backwards(path)) == whole[::-1]


def test_the_newest_row_comes_first(tmp_path: Path) -> None:
    path = fill(tmp_path, *((NOON_S + n, "live", n) for n in range(300)))
    forward = list(ledger.rows(path))
    assert list(ledger.newest_first(path)) == forward[::-1]
