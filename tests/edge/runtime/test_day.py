"""The budget of a day, in the real process: counted, said, thinned out, thrown away."""

import time
from pathlib import Path

from ledger_sums import totals
from runtime_process import HELLO, RuntimeProcess, at, spoken

from edge import ledger
from edge.audit.running_controls import Texts
from edge.config import Airlock, Config
from edge.ledger import Leaving, Ledger, Occasion
from edge.messages import (
    Airlocked,
    Allowance,
    ChildDied,
    CountBytes,
    CounterGap,
    Hello,
    Notice,
    Reply,
    Shown,
    Transcript,
)
from edge.runtime.border import OVER_THE_DAY

DAY_BYTES = 100_000
SMALL = Config(airlock=Airlock(day_bytes=DAY_BYTES))
WEATHER = spoken("The weather is nice over there.", 3)
TIMER = spoken("Set a timer for one hour.", 5)


def left_before(folder: Path, left_bytes: int, *, days_ago: int = 0) -> None:
    """Enter what left in a run before this one."""
    with Ledger(folder / ledger.FILE_NAME, Texts()) as file:
        when_s = time.time() - days_ago * 86_400
        for mark in ("live", "file"):
            leaving = Leaving("Transcript", left_bytes, "observation", "words")
            file.append(leaving, Occasion("r0", when_s, "live" if mark == "live" else "file"))


def device(folder: Path) -> RuntimeProcess:
    return RuntimeProcess(folder, settings=SMALL, fast=False, live=True)


def allowed(runtime: RuntimeProcess) -> int:
    last = runtime.until(Allowance)[-1]
    assert isinstance(last, Allowance)
    return last.day_left_bytes


def told(shown: list[Shown]) -> list[str]:
    return [message.text for message in shown if isinstance(message, Notice)]


def test_a_day_counts_on_over_runs_and_without_files(tmp_path: Path) -> None:
    left_before(tmp_path, 70_000)
    with device(tmp_path) as runtime:
        assert allowed(runtime) == 30_000
        runtime.say(HELLO)
        assert allowed(runtime) == 30_000 - runtime.written_bytes


def test_it_counts_on_when_the_runtime_dies(tmp_path: Path) -> None:
    with device(tmp_path) as runtime:
        runtime.tell(at(1, live=True))
        runtime.say(HELLO, spoken("Nothing much.", 1))
        runtime.until(Transcript)
        runtime.kill_and_restart()
        assert allowed(runtime) == DAY_BYTES - runtime.written_bytes
        runtime.tell(CounterGap(runtime.written_bytes + 500))
        assert allowed(runtime) == DAY_BYTES - runtime.written_bytes - 500


def test_yesterday_does_not_count(tmp_path: Path) -> None:
    left_before(tmp_path, 70_000, days_ago=1)
    with device(tmp_path) as runtime:
        assert allowed(runtime) == DAY_BYTES


def test_a_file_has_a_day_of_its_own(tmp_path: Path) -> None:
    left_before(tmp_path, 70_000)
    with RuntimeProcess(tmp_path, settings=SMALL) as runtime:
        assert allowed(runtime) == DAY_BYTES
        runtime.say(HELLO)
        assert allowed(runtime) == DAY_BYTES - runtime.written_bytes
        runtime.tell(at(86_401))
        assert allowed(runtime) == DAY_BYTES


def test_a_source_that_turns_out_to_be_a_device_makes_the_day_the_wearers(tmp_path: Path) -> None:
    left_before(tmp_path, 70_000)
    with RuntimeProcess(tmp_path, settings=SMALL, fast=False) as runtime:
        assert allowed(runtime) == DAY_BYTES
        runtime.tell(at(1, live=True))
        assert allowed(runtime) == 30_000


def test_at_80_percent_a_person_is_told_once(tmp_path: Path) -> None:
    left_before(tmp_path, 79_950)
    with device(tmp_path) as runtime:
        runtime.tell(at(5, live=True))
        runtime.say(HELLO, WEATHER, TIMER)
        shown = runtime.until(Reply)
        assert told(shown) == [
            "80 % of today's 98 KiB have left the chamber: sights are thinned out"
        ]


def test_past_the_day_requests_alone_pass_and_the_rest_is_thrown_away(tmp_path: Path) -> None:
    left_before(tmp_path, DAY_BYTES)
    with device(tmp_path) as runtime:
        runtime.tell(at(5, live=True))
        runtime.say(HELLO, WEATHER, TIMER)
        shown = runtime.until(Reply)
        assert [m.text for m in shown if isinstance(m, Transcript)] == [TIMER.text]
        assert "only requests to me pass until midnight" in told(shown)[0]
        assert not [m for m in shown if isinstance(m, ChildDied)]
        runtime.summary()
    path = tmp_path / ledger.FILE_NAME
    assert b"weather" not in path.read_bytes()
    thrown = [row.bytes for row, _ in ledger.rows(path) if row.why == OVER_THE_DAY]
    assert thrown
    assert totals(path, "r1").left_chamber_bytes == runtime.written_bytes


def test_asked_how_much_was_entered_it_says_so_at_once(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(CountBytes())
        assert runtime.until(Airlocked)[-1] == Airlocked(0, 0)
        runtime.say(HELLO)
        runtime.until(Hello)
        runtime.tell(CountBytes())
        assert runtime.until(Airlocked)[-1] == Airlocked(0, runtime.written_bytes)
