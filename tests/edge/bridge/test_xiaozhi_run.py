"""A xiaozhi device finds the sealed bridge, is heard and seen, and shows what it said."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import soundfile
import soxr

pytest.importorskip("opuslib_next", reason="UNCHECKED: pip install offrecord[wearables]")

from edge import scene
from edge.commands import xiaozhi_door
from firmware_bridge.xiaozhi_emulator import FORM, FRAME_SAMPLES, Device

SECONDS = 7
RATE_HZ = 16_000
WITHIN_S = 60
DEMO = scene.folder("demo")


def speech() -> bytes:
    samples, rate_hz = soundfile.read(DEMO / "audio.opus", dtype="int16", always_2d=True)
    mono: bytes = soxr.resample(samples[:, 0], rate_hz, RATE_HZ).astype("<i2").tobytes()
    return mono[: 2 * SECONDS * RATE_HZ]


class Board:
    """A device with its network: another library's."""

    def __init__(self, device: Device, session: aiohttp.ClientSession) -> None:
        self.device, self._session = device, session
        self._picture = min((DEMO / "pictures").glob("*.jpg")).read_bytes()

    async def live(self, address: str) -> None:
        """Ask where to connect, stream speech at its own pace, and end when it shows the words."""
        async with self._session.post(f"{address}?version=3", json={"version": 2}) as answer:
            told = (await answer.json())["websocket"]
        self.device.version = told["version"]
        key = {"Authorization": f"Bearer {told['token']}", "Protocol-Version": "3"}
        async with self._session.ws_connect(told["url"], headers=key) as connection:
            await connection.send_str(self.device.hello())
            streaming = asyncio.create_task(self._stream(connection))
            async with asyncio.timeout(WITHIN_S):
                while not self.device.shown:
                    for each in self.device.hear(await connection.receive_str()):
                        await connection.send_str(each)
                    if self.device.photos_wanted:
                        await connection.send_str(self.device.seen(await self._post()))
            await streaming

    async def _post(self) -> str:
        key = {"Authorization": f"Bearer {self.device.vision['token']}", "Content-Type": FORM}
        form = self.device.posted(self._picture)
        async with self._session.post(self.device.vision["url"], data=form, headers=key) as told:
            assert told.status == 200
            return await told.text()

    async def _stream(self, connection: aiohttp.ClientWebSocketResponse) -> None:
        await connection.send_str(self.device.listen("start", "manual"))
        loop, sound = asyncio.get_running_loop(), speech()
        begun_s = loop.time()
        for place in range(0, len(sound) - 2 * FRAME_SAMPLES, 2 * FRAME_SAMPLES):
            await asyncio.sleep(max(0.0, begun_s + place / (2 * RATE_HZ) - loop.time()))
            frame = sound[place : place + 2 * FRAME_SAMPLES]
            await connection.send_bytes(self.device.sound(frame))
        await connection.send_str(self.device.listen("stop", "manual"))


async def lived(address: str, device: Device) -> None:
    async with aiohttp.ClientSession() as session:
        await Board(device, session).live(address)


def test_its_speech_and_its_photo_are_understood_and_its_words_are_entered_and_shown(
    tmp_path: Path,
) -> None:
    ours = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "edge.cli", "run", "--json", "--data", tmp_path / "notes"]
    running = subprocess.Popen(
        [*command, "--wearable", "xiaozhi:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ours,
    )
    assert running.stderr
    assert running.stdout
    told = ""
    while "go back to its screen" not in told:
        told += running.stderr.readline()
    (address,) = re.findall(r"http://\S+", told)
    while '"Hello"' not in running.stdout.readline():
        pass
    device = Device()
    asyncio.run(lived(address, device))
    running.send_signal(signal.SIGINT)
    shown, _ = running.communicate(timeout=WITHIN_S)
    lines: list[dict[str, Any]] = list(map(json.loads, shown.splitlines()))
    (heard, *_) = [each for each in lines if each["type"] == "Transcript"]
    assert "keys in the blue bowl" in device.shown[0]
    assert device.shown[0] in heard["text"]
    assert any(s["type"] == "Seen" and s["objects"][0]["label"] == "cup" for s in lines)
    rows = subprocess.run(
        [sys.executable, "-m", "edge.cli", "ledger", "--json", "--data", tmp_path / "notes"],
        capture_output=True,
        text=True,
        check=True,
        env=ours,
    ).stdout
    left = [each for each in json.loads(rows)["rows"] if each["to"] == "the xiaozhi device"]
    assert [each["what"] for each in left] == ["ReturnWords"] * len(device.shown)


def test_its_address_stays_the_same_and_who_can_listen_in_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (inside, told), (outside, warned) = xiaozhi_door.door("0"), xiaozhi_door.door("0.0.0.0:0")
    assert inside.token == outside.token
    assert inside.listener
    assert outside.listener
    inside.listener.close()
    outside.listener.close()
    assert "no encryption" in warned
    assert "no encryption" not in told  # nobody outside this machine is reached


@pytest.mark.parametrize("where", ["kitchen", "8.8.8.8:1"])
def test_a_place_where_no_device_can_connect_is_refused_in_one_sentence(
    where: str, tmp_path: Path
) -> None:
    ours = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "edge.cli", "run", "--wearable", f"xiaozhi:{where}"]
    refused = subprocess.run(
        [*command, "--data", tmp_path], capture_output=True, text=True, check=False, env=ours
    )
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "listen" in refused.stderr
