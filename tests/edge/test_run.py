"""The whole program as a user runs it: real files in, JSON lines out."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from edge import scene
from edge.bench.clips import load_clip
from edge.clock import SAMPLE_RATE_HZ

SHARED = Path(__file__).parents[2] / "../shared/data"
DEMO = scene.load(scene.folder("demo"))

Line = dict[str, Any]


def run(*arguments: object, data: Path, log: str = "", fast: bool = True) -> tuple[list[Line], str]:
    """Return the JSON lines of a run and its stderr."""
    logging = ["--log", log] if log else []
    pace = ["--fast"] if fast else []
    ended = subprocess.run(
        [sys.executable, "-m", "edge.cli", *logging, *map(str, arguments), "--json", *pace],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        env={**os.environ, "XDG_DATA_HOME": str(data)},
    )
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr


def of(kind: str, lines: list[Line]) -> list[Line]:
    return [line for line in lines if line["type"] == kind]


def sealed(summary: Line) -> set[str]:
    """Return which processes were sealed, but for a mind: it is there where its model is."""
    return set(summary["sealed"]) - {"mind"}


def needs(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"{path.name} of the shared data is absent")
    return path


def test_a_recording_is_transcribed(tmp_path: Path) -> None:
    clip = needs(SHARED / "speech/ps_goforward.flac")
    lines, _ = run("run", "--audio", clip, data=tmp_path)
    (said,) = of("Transcript", lines)
    assert said["text"].lower().startswith("go forward")
    assert 0 <= said["start_s"] < said["end_s"] < 4
    assert 0.5 < said["confidence"] <= 1
    assert said["model"].startswith("whisper-tiny.en@")
    assert sealed(lines[-1]) == {"chamber", "capture.audio", "runtime"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Line], str]:
    """Play the demo once, telling stderr all that may be told."""
    return run("demo", data=tmp_path_factory.mktemp("demo"), log="debug")


def test_the_last_line_is_the_summary(demo: tuple[list[Line], str]) -> None:
    summary = demo[0][-1]
    assert summary["type"] == "Summary"
    assert summary["raw_bytes"] > 100 * summary["airlock_bytes"] > 0
    assert sealed(summary) == {"chamber", "capture.audio", "capture.video", "runtime"}
    assert summary["counter"] == "equal"


def test_photographs_are_named_and_a_sign_is_read(demo: tuple[list[Line], str]) -> None:
    lines, _ = demo
    labels = [thing["label"] for seen in of("Seen", lines) for thing in seen["objects"]]
    assert {"cat", "cup", "person"} <= set(labels)
    texts = [seen["text"] for seen in of("Seen", lines) if seen["text"]]
    assert ["HARBOUR BAKERY", "FRESH BREAD AT SEVEN", "CLOSED ON MONDAYS"] in texts


def noises() -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """Return ten seconds each of silence, tones and noise, at 16 kHz."""
    seconds = np.arange(10 * SAMPLE_RATE_HZ, dtype=np.float32) / SAMPLE_RATE_HZ
    noise = np.random.default_rng(7).standard_normal(seconds.size).astype(np.float32)
    return {
        "silence": np.zeros_like(seconds),
        "hum": 0.2 * np.sin(2 * np.pi * 50 * seconds) + 0.1 * np.sin(2 * np.pi * 440 * seconds),
        "white": 0.05 * noise,
        "bursts": 0.3 * noise * (np.sin(2 * np.pi * 1.5 * seconds) > 0.7),
        "sweep": 0.2 * np.sin(2 * np.pi * (100 + 60 * seconds) * seconds),
    }


def test_what_is_no_speech_yields_no_words(tmp_path: Path) -> None:
    """All one after the other, each in a quiet room; an `at_s` says which one passed for speech."""
    quiet = np.zeros(3 * SAMPLE_RATE_HZ, np.float32)
    sounds = [*noises().values(), *map(load_clip, sorted((SHARED / "noise").glob("*.flac")))]
    whole = np.concatenate([part for sound in sounds for part in (quiet, sound)])
    soundfile.write(tmp_path / "whole.wav", whole, SAMPLE_RATE_HZ)
    lines, _ = run("run", "--audio", tmp_path / "whole.wav", data=tmp_path)
    assert [(line["start_s"], line["text"]) for line in of("Transcript", lines)] == []
    assert lines[-1]["raw_bytes"] >= 2 * len(whole)


def said_and_seen(lines: list[Line]) -> list[Line]:
    """Return everything that a run understood, without how long it took."""
    timing = {"stages_ms", "latency_ms"}
    kinds = ("Transcript", "Seen", "Reply")
    return [
        {key: value for key, value in line.items() if key not in timing}
        for kind in kinds
        for line in of(kind, lines)
    ]


def test_the_same_file_is_understood_the_same_twice_and_no_log_changes_it(
    demo: tuple[list[Line], str], tmp_path: Path
) -> None:
    again, _ = run("demo", data=tmp_path)
    assert said_and_seen(demo[0]) == said_and_seen(again)


@pytest.mark.long
def test_speed_changes_nothing_but_time(tmp_path: Path) -> None:
    fast, _ = run("demo", data=tmp_path / "fast")
    paced, _ = run("demo", data=tmp_path / "paced", fast=False)
    assert said_and_seen(fast) == said_and_seen(paced)


def test_no_log_holds_a_word_that_was_heard_or_seen(demo: tuple[list[Line], str]) -> None:
    lines, log = demo
    heard = " ".join(line["text"] for line in of("Transcript", lines)).lower()
    assert "blue bowl" in heard
    assert log.strip()
    for canary in ("bowl", "keys", "dentist", "neighbo", "bakery", "harbour", "sister"):
        assert canary not in log.lower()


def test_a_run_ends_when_whoever_reads_it_has_gone(tmp_path: Path) -> None:
    argv = ["run", "--json", "--audio", str(DEMO.audio), "--data", str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-m", "edge.cli", *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout
        assert running.stderr
        shown = [json.loads(running.stdout.readline()) for _ in range(3)]  # as `head -3`
        running.stdout.close()
        assert running.wait(30) == 0  # the scene lasts 46 s
        assert running.stderr.read() == b""
    sealed_ones = of("SealState", shown)
    assert sealed_ones
    assert not any(Path(f"/proc/{each['pid']}").exists() for each in sealed_ones)
