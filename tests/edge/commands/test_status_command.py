"""`offrecord status` says what runs, and that nothing does."""

import json
import os
from pathlib import Path

import typed

from edge.commands import status
from edge.messages import Figures, MuteState, StageSummary, Standing, StandingProcess


def test_nothing_runs(tmp_path: Path) -> None:
    ran = typed.offrecord("status", "--data", tmp_path)
    assert ran.returncode == 0
    assert "Nothing runs" in ran.stdout
    told = json.loads(typed.offrecord("status", "--json", "--data", tmp_path).stdout)
    assert told == {"runs": False, "left_chamber_today_bytes": 0}


def test_each_process_is_told_with_its_level_and_memory() -> None:
    here = StandingProcess("chamber", "strict", os.getpid(), "A")
    gone = StandingProcess("capture", "capture", 2**22 + 1, "A", is_checked=False)
    state = MuteState(muted=False)
    standing = Standing("r1", 1, (here, gone), state, 0, 0, 0, is_counter_known=True, sees=True)
    head, first, second = status.lines(standing, 1234)
    assert "not muted, sees. Today 1,234 bytes left" in head
    assert "level A" in first
    assert "MiB" in first
    assert "being born" in second
    assert "memory unknown" in second
    found = status.as_json(standing, 1234)["processes"]
    assert found[0]["pss_bytes"] > 1 << 20
    assert found[1]["level"] is None


def test_fewer_pictures_are_told_with_their_reason() -> None:
    why = "the wearable's battery is at 15 %: pictures are taken half as often"
    state = MuteState(muted=False)
    standing = Standing("r1", 1, (), state, 0, 0, 0, is_counter_known=True, spares=why)
    assert status.lines(standing, 0)[-1].strip() == why
    assert status.as_json(standing, 0)["spares"] == why


def test_a_run_is_told_in_numbers() -> None:
    stages = (StageSummary("words", 12, 310.4, 702.0), StageSummary("new", 1, 2.0, 3.0))
    figures = Figures(heard=12, dropped=3, raw_bytes=5_000_000, airlock_bytes=900, stages=stages)
    standing = Standing(
        "r1", 1, (), MuteState(muted=False), 0, 0, 0, is_counter_known=True, figures=figures
    )
    _, run, head, words, other = status.lines(standing, 0)
    assert "heard 12, seen 0, answered 0, dropped 3; 5,000,000 bytes of sound" in run
    assert "last hour" in head
    assert words.split()[-5:] == ["12", "310", "ms", "702", "ms"]
    assert other.split()[0] == "new"
    assert status.as_json(standing, 0)["figures"]["stages"][0]["p95_ms"] == 702.0
