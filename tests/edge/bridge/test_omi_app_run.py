"""An Omi phone app is heard by the sealed bridge, and gets the words of its own sound back."""

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from app_run import RATE_HZ, WITHIN_S, AppRun, Line, own_home, speech

from firmware_bridge.omi_app_emulator import CLOSE, PhoneApp

websockets = pytest.importorskip("websockets", reason="UNCHECKED: pip install websockets")

SECONDS = 7
FRAME = 320


async def talk(address: str, app: PhoneApp) -> None:
    """Send speech at its own pace, by a library that is not ours, until its words are back."""
    sound = speech((0, SECONDS))
    loop = asyncio.get_running_loop()
    async with websockets.connect(address) as connection:
        begun_s = loop.time()
        for place in range(0, len(sound), 2 * FRAME):
            await asyncio.sleep(max(0.0, begun_s + place / (2 * RATE_HZ) - loop.time()))
            await connection.send(
                app.sound(sound[place : place + 2 * FRAME].ljust(2 * FRAME, b"\0"))
            )
        await connection.send(CLOSE)
        async with asyncio.timeout(WITHIN_S):
            while not app.segments:
                app.hear(await connection.recv())


def test_the_words_of_its_sound_go_back_to_the_app_and_are_entered_first(tmp_path: Path) -> None:
    run = AppRun(tmp_path, "omi-app:0")
    told = run.told("go back to the app")
    (address,) = re.findall(r"ws://\S+", told)
    assert len(told.splitlines()) == 2
    shown = run.shown('"Hello"')
    app = PhoneApp("opus")
    asyncio.run(talk(f"{address}&codec=opus&language=en", app))
    rest, complaint = run.interrupted()
    assert complaint == ""  # nobody outside this machine is reached: no word of encryption
    lines: list[Line] = [json.loads(each) for each in (*shown, *rest.splitlines())]
    heard = [each for each in lines if each["type"] == "Transcript"]
    levels = {each["process"]: each["level"] for each in lines if each["type"] == "SealState"}
    assert levels["firmware_bridge"] == levels["chamber"]  # no weaker for its socket
    assert "keys in the blue bowl" in app.segments[0].text
    assert app.segments[0].text in heard[0]["text"]
    assert 0 <= app.segments[0].start_s < app.segments[0].end_s <= SECONDS
    left = run.left_for("the Omi app")
    assert [each["what"] for each in left] == ["ReturnWords"] * len(app.segments)
    assert "ReturnWords" not in {each["type"] for each in lines}


@pytest.mark.parametrize("where", ["kitchen", "127.0.0.1:x", "1:99999999", "8.8.8.8:1"])
def test_a_place_where_nobody_can_listen_is_refused_in_one_sentence(
    where: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "edge.cli", "run", "--wearable", f"omi-app:{where}"]
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
