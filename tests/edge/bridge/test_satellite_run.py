"""A satellite, by the library of Wyoming's makers: its sound is the wearer's, and it returns."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from wyoming_peer import CLIENTS_TOLD, SatelliteServer

CLIP = Path(__file__).parents[3] / "../shared/data/speech/1688-142285-0002.flac"
WORDS = "thought me so silly"
RATE_HZ = 48_000
SILENCE_S = 1


@pytest.fixture
def satellite() -> Iterator[SatelliteServer]:
    """Stream a clip at 48 kHz, and silence, on each connection, and then close it."""
    if not CLIP.exists():
        pytest.skip(f"UNCHECKED: the shared clip {CLIP.name} is absent")
    samples, rate_hz = soundfile.read(CLIP, dtype="float32")
    loud = soxr.resample(samples, rate_hz, RATE_HZ) * 32_000
    sound = np.concatenate([loud, np.zeros(SILENCE_S * RATE_HZ)]).astype("<i2")
    server = SatelliteServer(sound.tobytes(), RATE_HZ)
    thread = threading.Thread(target=lambda: asyncio.run(server.run()))
    thread.start()
    server.is_open.wait(30)
    yield server
    server.stop()
    thread.join(30)


def test_what_a_satellite_streams_is_heard_and_it_is_connected_to_again(
    satellite: SatelliteServer, tmp_path: Path
) -> None:
    where = f"wyoming:127.0.0.1:{satellite.port}"
    command = [sys.executable, "-m", "edge.cli", "run", "--wearable", where]
    with subprocess.Popen(
        [*command, "--json", "--data", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path)},
    ) as running:
        assert running.stdout
        shown = [json.loads(line) for line in _up_to_a_transcript(running.stdout)]
        assert satellite.came_again.wait(60)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    heard = [each["text"] for each in shown if each["type"] == "Transcript"]
    assert [WORDS in text for text in heard] == [True], heard
    states = [each for each in shown if each["type"] == "WearableState"]
    assert {each["name"] for each in states} == {"kitchen"}
    assert "no encryption" in told
    assert satellite.told[: len(CLIENTS_TOLD)] == CLIENTS_TOLD


def _up_to_a_transcript(shown: Iterator[str]) -> Iterator[str]:
    for line in shown:
        yield line
        if '"Transcript"' in line:
            return


@pytest.mark.parametrize("where", ["kitchen", "127.0.0.1:x", "127.0.0.1:99999999", "a b:1"])
def test_a_place_that_is_none_is_refused_in_one_sentence(where: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "edge.cli", "run", "--wearable", f"wyoming:{where}"]
    refused = subprocess.run(
        [*command, "--data", tmp_path], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "wyoming:192.168.1.30:10700" in refused.stderr
