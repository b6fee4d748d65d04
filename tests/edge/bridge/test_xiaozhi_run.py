"""A xiaozhi device finds the sealed bridge, is heard and seen, and shows and plays an answer."""

import asyncio
import ctypes.util
import json
import re
import subprocess
import sys
from array import array
from pathlib import Path

import aiohttp
import pytest

pytest.importorskip("opuslib_next", reason="UNCHECKED: pip install offrecord[wearables]")

from app_run import DEMO, RATE_HZ, WITHIN_S, AppRun, Line, own_home, speech

from edge.commands import xiaozhi_door
from firmware_bridge.xiaozhi_emulator import FORM, FRAME_SAMPLES, PLAYS_HZ, Device

SAID_S = ((0.0, 4.5), (30.0, 33.0))
"""Of the demo: where the keys are put, and the question where they are."""


class Board:
    """A device with its network: another library's."""

    def __init__(self, device: Device, session: aiohttp.ClientSession) -> None:
        self.device, self._session = device, session
        self._picture = min((DEMO / "pictures").glob("*.jpg")).read_bytes()

    async def live(self, address: str) -> None:
        """Ask where to connect, stream speech at its own pace, and end when it is answered."""
        async with self._session.post(f"{address}?version=3", json={"version": 2}) as answer:
            told = (await answer.json())["websocket"]
        self.device.version = told["version"]
        key = {"Authorization": f"Bearer {told['token']}", "Protocol-Version": "3"}
        async with self._session.ws_connect(told["url"], headers=key) as connection:
            await connection.send_str(self.device.hello())
            streaming = asyncio.create_task(self._stream(connection))
            async with asyncio.timeout(WITHIN_S):
                while not self.device.said or self.device.is_spoken_to:
                    message = await connection.receive()
                    if message.type is aiohttp.WSMsgType.BINARY:
                        self.device.play(message.data)
                        continue
                    for each in self.device.hear(message.data):
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
        loop, sound = asyncio.get_running_loop(), speech(*SAID_S)
        begun_s = loop.time()
        for place in range(0, len(sound) - 2 * FRAME_SAMPLES, 2 * FRAME_SAMPLES):
            await asyncio.sleep(max(0.0, begun_s + place / (2 * RATE_HZ) - loop.time()))
            frame = sound[place : place + 2 * FRAME_SAMPLES]
            await connection.send_bytes(self.device.sound(frame))
        await connection.send_str(self.device.listen("stop", "manual"))


async def lived(address: str, device: Device) -> None:
    async with aiohttp.ClientSession() as session:
        await Board(device, session).live(address)


def test_its_speech_and_photo_are_understood_and_words_and_answer_are_entered_and_shown(
    tmp_path: Path,
) -> None:
    run = AppRun(tmp_path, "xiaozhi:0")
    (address,) = re.findall(r"http://\S+", run.told("go back to its screen"))
    is_spoken = ctypes.util.find_library("espeak-ng") is not None
    shown = run.shown('"Hello"', *(['"process": "voice"'] if is_spoken else []))
    device = Device()
    asyncio.run(lived(address, device))
    rest, _ = run.interrupted()
    lines: list[Line] = [json.loads(each) for each in (*shown, *rest.splitlines())]
    levels = {each["process"]: each["level"] for each in lines if each["type"] == "SealState"}
    (heard, *_) = [each for each in lines if each["type"] == "Transcript"]
    assert "keys in the blue bowl" in device.shown[0]
    assert device.shown[0] in heard["text"]
    assert any(s["type"] == "Seen" and s["objects"][0]["label"] == "cup" for s in lines)
    left = run.left_for("the xiaozhi device")
    answers = [each for each in left if each["what"] == "ReturnAnswer"]
    assert len(left) == len(device.shown) + len(answers)
    assert [each["bytes"] for each in answers] == [len(each.encode()) for each in device.said]
    assert "blue bowl" in " ".join(device.said)
    assert "ReturnAnswer" not in {each["type"] for each in lines}
    assert levels["firmware_bridge"] == levels["chamber"]  # no weaker for what it plays
    if is_spoken:  # and without a loudspeaker of this machine's
        assert levels["voice"] == levels["chamber"]
        assert 1 < len(device.played) / (2 * PLAYS_HZ) < 30
        assert max(map(abs, array("h", device.played))) > 1000
        assert device.dropped == 0


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


def test_who_wears_nothing_needs_no_codec() -> None:
    loads = "import sys, edge.commands.wearable; sys.exit('opuslib_next' in sys.modules)"
    subprocess.run([sys.executable, "-c", loads], check=True)


@pytest.mark.parametrize("where", ["kitchen", "8.8.8.8:1"])
def test_a_place_where_no_device_can_connect_is_refused_in_one_sentence(
    where: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "edge.cli", "run", "--wearable", f"xiaozhi:{where}"]
    refused = subprocess.run(
        [*command, "--data", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        env=own_home(tmp_path),
    )
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "listen" in refused.stderr
