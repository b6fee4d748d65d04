"""Holding a process tree to a smaller board's share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import models.manifest
from edge.bench.boards import BOARDS, Board, throttled, tree, tree_pss_bytes


def own_groups() -> str:
    return Path("/proc/self/cgroup").read_text()


def test_a_desktop_is_not_held_back() -> None:
    before = own_groups()
    with throttled(BOARDS["desktop"]) as how:
        assert how == "none"
        assert own_groups() == before


def test_a_smaller_board_says_how_it_is_held_back_and_lets_go() -> None:
    before = own_groups()
    with throttled(Board(cores=0.5, memory_mb=None)) as how:
        assert how.startswith("throttled by ")
        assert ("offrecord-bench" in own_groups()) == ("cgroup" in how)
    assert own_groups() == before


def test_a_board_has_the_models_but_not_what_was_measured_of_them_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "whisper").mkdir()
    (tmp_path / "footprints.json").touch()
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path))
    with throttled(Board(cores=0.5, memory_mb=None)):
        assert [path.name for path in models.manifest.folder().iterdir()] == ["whisper"]
    assert models.manifest.folder() == tmp_path


def test_the_tree_is_the_process_and_all_that_it_started() -> None:
    waits = [sys.executable, "-c", "input()"]
    with subprocess.Popen(waits, stdin=subprocess.PIPE) as child:
        alone = tree_pss_bytes()
        assert {os.getpid(), child.pid} <= set(tree(os.getpid()))
        assert alone > 1_000_000
        assert child.stdin
        child.stdin.write(b"\n")
