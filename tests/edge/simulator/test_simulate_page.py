"""The page in a real browser: what its microphone says is heard, what its camera shows is seen."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import axe
import chromium
import pytest

SHOTS = os.environ.get("OFFRECORD_SHOTS")
"""A folder for screenshots, where somebody wants to look."""
WIDE, TALL = (1280, 800), (390, 844)


def test_a_sentence_an_object_and_a_reply_appear_on_the_page(tmp_path: Path) -> None:
    sound, film = chromium.demo(tmp_path)
    command = [sys.executable, "-m", "edge.cli", "simulate", "--no-open", "--json"]
    run = subprocess.Popen(
        [*command, "--data", tmp_path / "data"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert run.stderr
        address = run.stderr.readline().split(" is ")[1].strip()
        asyncio.run(use(chromium.Chromium(tmp_path / "browser", sound, film, WIDE), address))
    finally:
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=60)
    assert run.returncode == 0
    if not axe.script():
        pytest.skip(axe.UNCHECKED)


def keep(name: str, picture: bytes) -> None:
    assert SHOTS
    Path(SHOTS, name).write_bytes(picture)


async def use(browser: chromium.Chromium, address: str) -> None:
    async with browser as page:
        await page.do("Page.navigate", url=address)
        await page.until("!document.getElementById('mute')?.disabled")
        await page.until("document.getElementById('seals').textContent.includes('chamber')")
        await page.value("document.getElementById('begin').click()")
        heard = "document.getElementById('heard').textContent"
        await page.until(f"/keys in the blue bowl/i.test({heard})")
        await page.until("document.querySelector('.box b')?.textContent === 'cup'")
        await page.until("/blue bowl/i.test(document.getElementById('reply').textContent)")
        latency = await page.until(
            "/answer(\\d+)/.exec(document.getElementById('stages').textContent)?.[1]"
        )
        sys.stdout.write(f"end of the question to the answer: {latency} ms\n")
        assert "lost" in await page.until("document.getElementById('link').textContent")
        if axe.script():
            assert await axe.serious(page) == []
        if SHOTS:
            for size in (WIDE, TALL):
                for is_dark in (False, True):
                    name = f"simulate-{size[0]}-{'dark' if is_dark else 'light'}.png"
                    keep(name, await page.look(size, is_dark=is_dark))
        await page.value("document.getElementById('lossy').click()")
        await page.until("parseInt(document.getElementById('link').textContent) > 3")
        state = "document.getElementById('state').textContent"
        for expected in ("Muted: the link is closed", "Hearing and seeing"):
            await page.value("document.getElementById('mute').click()")
            await page.until(f"{state} === '{expected}'")
        raw = await page.value("document.getElementById('raw').textContent")
        await page.until(f"document.getElementById('raw').textContent !== '{raw}'")
        assert [error for error in page.errors if "ws://" not in error] == []
