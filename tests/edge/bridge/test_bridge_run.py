"""The sealed bridge carries a wearable's speech; who is not paired, or elsewhere, stays outside."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
import soundfile
import soxr

from edge import scene
from edge.audit.memory import Canary, share_left
from firmware_bridge.emulator import Firmware, Media, Turned, carry
from firmware_bridge.frames import Mute
from firmware_bridge.hpke import Sender, public_of

SECONDS = 7
RATE_HZ = 16_000
NOISE = 130
"""Standard deviation in sixteen-bit steps, so that nobody else's memory holds the same."""
Line = dict[str, Any]


class Running:
    """A run that waits for a wearable."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edge.cli", "run", "--wearable", "0", "--json", "--data", data],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "XDG_DATA_HOME": str(data)},
        )
        assert self.process.stderr
        told = ""
        while " with the token " not in told:
            told = self.process.stderr.readline()
        self.address, token = re.findall(r"(ws://\S+) with the token (\w+)", told)[0]
        self.token = bytes.fromhex(token)
        (key,) = re.findall(r"with the key (\w+)", self.process.stderr.readline())
        self.chamber_key = bytes.fromhex(key)
        self.until("Hello")

    @property
    def bridge_pid(self) -> int:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        (pid,) = (
            int(child)
            for child in children.split()
            if b"edge.bridge" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        )
        return pid

    def until(self, kind: str) -> Line:
        assert self.process.stdout
        for text in self.process.stdout:
            line: Line = json.loads(text)
            if line["type"] == kind:
                return line
        raise AssertionError(f"no {kind} was shown")

    def until_said(self, words: str) -> None:
        while words not in self.until("Transcript")["text"]:
            pass


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    started = Running(tmp_path_factory.mktemp("wearable"))
    yield started
    started.process.send_signal(signal.SIGINT)
    started.process.communicate(timeout=60)


def media(begins_s: int = 0) -> Media:
    demo = scene.folder("demo")
    samples, rate_hz = soundfile.read(demo / "audio.opus", dtype="int16", always_2d=True)
    mono = soxr.resample(samples[:, 0], rate_hz, RATE_HZ)
    mono = mono[begins_s * RATE_HZ : (begins_s + SECONDS) * RATE_HZ]
    picture = min((demo / "pictures").glob("*.jpg"))
    return Media(mono.astype("<i2").tobytes(), [picture.read_bytes()])


def refused(address: str, **options: str | dict[str, str]) -> int:
    async def connect() -> int:
        async with aiohttp.ClientSession() as session:
            try:
                async with session.ws_connect(address, **options):
                    return 101
            except aiohttp.WSServerHandshakeError as error:
                return error.status

    return asyncio.run(connect())


def test_who_is_not_paired_or_comes_from_another_page_is_refused(running: Running) -> None:
    with pytest.raises(Turned, match="paired"):
        asyncio.run(carry(running.address, Firmware(bytes(32)), Media(bytes(6400))))
    assert refused(running.address, origin="http://elsewhere.example") == 403
    assert refused(running.address, headers={"Host": "rebound.example"}) == 403
    assert refused(running.address.replace("/link", "/other")) == 404


def test_speech_and_a_photo_are_understood_through_the_link(running: Running) -> None:
    way = asyncio.run(carry(running.address, Firmware(running.token), media()))
    assert way.lost == 0
    assert running.until("Seen")["objects"][0]["label"] == "cup"
    running.until_said("keys in the blue bowl")


def test_what_is_encrypted_is_understood_and_the_bridge_never_has_a_sample(
    running: Running,
) -> None:
    speech = np.frombuffer(media(begins_s=15).sound, "<i2")
    noise = np.random.default_rng(15).normal(0, NOISE, len(speech))
    canary = Canary((speech + noise).astype("<i2"))
    sound = Media(canary.audio.tobytes())

    async def carried(board: Firmware) -> float:
        """Return the largest share of it that is in the bridge's memory while it is played."""
        playing = asyncio.create_task(carry(running.address, board, sound))
        most = 0.0
        while not playing.done():
            left = await asyncio.to_thread(share_left, running.bridge_pid, canary)
            assert not left.unchecked
            most = max(most, left.most)
        await playing
        return most

    encrypting = Firmware(running.token, sender=Sender(running.chamber_key))
    assert asyncio.run(carried(encrypting)) == 0
    running.until_said("train to the coast")
    assert asyncio.run(carried(Firmware(running.token))) > 0  # the search is known to find it
    running.until_said("train to the coast")


def test_what_is_encrypted_to_another_key_is_missed_and_said(running: Running) -> None:
    board = Firmware(running.token, sender=Sender(public_of(bytes(range(32)))))
    asyncio.run(carry(running.address, board, Media(media().sound)))
    assert running.until("Dropped")["closed"] > 0


def test_the_wearers_button_mutes_and_the_link_is_closed(running: Running) -> None:
    async def press() -> None:
        board = Firmware(running.token)
        async with aiohttp.ClientSession() as session:
            connection = await session.ws_connect(running.address)
            await connection.send_bytes(board.hello())
            await connection.send_bytes(board.frame(Mute()))
            async for _ in connection:
                pass

    asyncio.run(press())
    assert running.until("MuteState")["muted"] is True
