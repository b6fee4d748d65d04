"""`offrecord run` on a live microphone and a live camera, to its end by Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
from picture_stream import streamed
from pulse_room import SoundServer

from edge import scene
from models import manifest

DEMO = scene.load(scene.folder("demo"))
MODELS = str(manifest.folder())
TOO_LONG_S = 120


class LiveRun:
    """The program between its start and a Ctrl-C."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "edge.cli", "run", "--json", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "XDG_DATA_HOME": str(data), "OFFRECORD_MODELS": MODELS},
        )
        self._guard = threading.Timer(TOO_LONG_S, self._process.kill)
        self._guard.start()

    def until(self, wanted: str, /, **fields: object) -> dict[str, Any]:
        """Return the first line of a kind that has these fields."""
        assert self._process.stdout
        for line in self._process.stdout:
            message: dict[str, Any] = json.loads(line)
            if message["type"] == wanted and fields.items() <= message.items():
                return message
        raise AssertionError(f"no {wanted} came: {self._process.communicate()[1]}")

    def end(self) -> dict[str, Any]:
        self._process.send_signal(signal.SIGINT)
        summary = self.until("Summary")
        assert self._process.wait() == 0
        self._guard.cancel()
        self._process.communicate()
        return summary


def test_a_microphone_is_heard_through_the_seal(sound_server: SoundServer, tmp_path: Path) -> None:
    said = tmp_path / "said.wav"
    samples, rate_hz = soundfile.read(DEMO.audio)
    soundfile.write(said, samples[: int(5.2 * rate_hz)], rate_hz)
    run = LiveRun(tmp_path, "--audio", "mic")
    run.until("SourceState", kind="audio", phase="running")
    sound_server.play("paplay", str(said))
    assert "blue bowl" in run.until("Transcript")["text"].lower()
    summary = run.end()
    assert summary["sealed"]["capture.audio"] == "D"
    assert summary["sealed"]["chamber"] in {"A", "C"}
    assert summary["counter"] == "equal"


@pytest.fixture
def camera() -> Iterator[str]:
    assert DEMO.pictures
    with streamed((DEMO.pictures / "3-sign.jpg").read_bytes()) as address:
        yield address


def test_a_camera_stream_is_seen_through_the_seal(camera: str, tmp_path: Path) -> None:
    run = LiveRun(tmp_path, "--video", camera)
    assert "HARBOUR BAKERY" in run.until("Seen")["text"]
    summary = run.end()
    assert summary["sealed"]["capture.video"] in {"A", "C"}
    assert summary["counter"] == "equal"
