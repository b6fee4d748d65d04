"""The sealed bridge carries an Omi pendant's speech and its glasses' photo, by Bluetooth's bus."""

import asyncio
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
import soxr
from fake_bluez import FakeBlueZ, private_bus

from edge import scene
from firmware_bridge import omi
from firmware_bridge.omi_emulator import Firmware

SECONDS = 7
RATE_HZ = 16_000
CHUNKS_AT_ONCE = 10
Line = dict[str, Any]


def watched(run: subprocess.Popen[str], until: set[str]) -> list[Line]:
    """Return what is shown until each of these kinds was there, in whichever order."""
    shown: list[Line] = []
    assert run.stdout
    for text in run.stdout:
        shown.append(json.loads(text))
        if until <= {line["type"] for line in shown}:
            break
    return shown


async def speak(fake: FakeBlueZ) -> None:
    """Say the demo's first sentence, and send the photos that are wanted."""
    demo = scene.folder("demo")
    samples, rate_hz = soundfile.read(demo / "audio.opus", dtype="int16", always_2d=True)
    sound = soxr.resample(samples[:, 0], rate_hz, RATE_HZ)[: SECONDS * RATE_HZ].astype("<i2")
    picture = min((demo / "pictures").glob("*.jpg")).read_bytes()
    step = fake.pendant.frame_samples
    chunks: Iterator[bytes] = iter(())
    for begin in range(0, len(sound) - step, step):
        for notification in fake.pendant.sound(sound[begin : begin + step].tobytes()):
            fake.tell(omi.AUDIO, notification)
        if fake.pendant.photos_wanted:
            chunks = fake.pendant.photo(picture)
        for chunk in itertools.islice(chunks, CHUNKS_AT_ONCE):
            fake.tell(omi.PHOTO, chunk)
        await asyncio.sleep(step / RATE_HZ)


async def play(address: str, run: subprocess.Popen[str], until: set[str]) -> list[Line]:
    """Let a pendant be in sight, and speak when it is listened to; return what was shown."""
    fake = FakeBlueZ(Firmware(has_camera=True, quarter_turns=0))
    await fake.begin(address)
    watching = asyncio.create_task(asyncio.to_thread(watched, run, until))
    while not fake.listened and not watching.done():  # noqa: ASYNC110 (another process)
        await asyncio.sleep(0.05)
    await speak(fake)
    fake.drop()
    await asyncio.wait({watching}, timeout=60)
    run.send_signal(signal.SIGINT)  # which ends what is watched, too
    fake.end()
    return await watching


def test_speech_and_a_photo_of_a_pendant_are_understood(tmp_path: Path) -> None:
    if not shutil.which("dbus-daemon"):
        pytest.skip("UNCHECKED: a pendant by Bluetooth needs `apt install dbus`")
    rest = ["--json", "--data", str(tmp_path / "notes")]
    with private_bus(tmp_path) as address:
        run = subprocess.Popen(
            [sys.executable, "-m", "edge.cli", "run", "--wearable", "omi", *rest],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address, "XDG_DATA_HOME": str(tmp_path)},
        )
        shown = asyncio.run(play(address, run, {"Transcript", "Seen"}))
        run.communicate(timeout=60)
    (said, *_) = (s["text"] for s in shown if s["type"] == "Transcript")
    assert "keys in the blue bowl" in said
    assert any(s["type"] == "Seen" and s["objects"][0]["label"] == "cup" for s in shown)
    levels = {s["process"]: s["level"] for s in shown if s["type"] == "SealState"}
    assert levels["firmware_bridge"] == "D"
    assert levels["chamber"] != "D"
