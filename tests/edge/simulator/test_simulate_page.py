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

from edge import scene

SHOTS = os.environ.get("OFFRECORD_SHOTS")
"""A folder for screenshots, where somebody wants to look."""
WIDE, TALL = (1280, 800), (390, 844)
ADDED_NOISE = """import('/noise.js').then(({ Noise }) => {
    const noise = Object.assign(new Noise(), { snrDb: 10 });
    let signal = 0, added = 0;
    for (let block = 0; block < 1000; block++) {
        const tone = Int16Array.from({ length: 320 }, (_, i) => 5000 * Math.sin(i / 2));
        const noisy = tone.slice();
        noise.add(noisy);
        if (block < 500) continue; // it listens before it knows how loud the signal is
        for (let i = 0; i < 320; i++) {
            signal += tone[i] ** 2;
            added += (noisy[i] - tone[i]) ** 2;
        }
    }
    return 10 * Math.log10(signal / added);
})"""
"""Return the signal's distance to the noise, in dB."""


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


async def seen_by_who_wants(page: chromium.Chromium, name: str) -> None:
    for size in (WIDE, TALL) if SHOTS else ():
        for is_dark in (False, True):
            picture = await page.look(size, is_dark=is_dark)
            keep(f"{name}-{size[0]}-{'dark' if is_dark else 'light'}.png", picture)


def within(name: str, words: str) -> str:
    """Return what is true once an element's text has matched a pattern."""
    return f"/{words}/i.test(document.getElementById('{name}').textContent)"


async def a_scene_in_place_of_them(page: chromium.Chromium) -> None:
    """Play one that comes with Offrecord, lose a tenth, pull the plug, and put it in again."""
    await page.value("document.getElementById('drawer').open = true")
    await page.value("document.getElementById('scene').value = 'kitchen'")
    await page.value("document.getElementById('play').click()")
    await page.until(within("heard", "glasses on the shelf above the sink"))
    await lose(page, 10)
    await page.until("parseInt(document.getElementById('link').textContent) > 9")
    if axe.script():
        assert await axe.serious(page) == []
    await seen_by_who_wants(page, "simulate-drawer")
    await page.value("document.getElementById('plug').click()")
    await page.until(within("state", "^Unplugged"))
    await page.until(within("link", "not connected"))
    raw = await page.value("document.getElementById('raw').textContent")
    await page.value("document.getElementById('plug').click()")
    await page.until(within("state", "^Playing"))
    await page.until(within("link", r"^\d+ lost"))
    await page.until(f"document.getElementById('raw').textContent !== '{raw}'")
    await page.value("document.getElementById('play').click()")
    await page.until(within("state", "^Ready"))
    await lose(page, 0)


async def lose(page: chromium.Chromium, percent: int) -> None:
    loss = f"Object.assign(document.getElementById('loss'), {{ value: {percent} }})"
    await page.value(f"{loss}.dispatchEvent(new Event('input'))")


async def files_in_place_of_them(page: chromium.Chromium) -> None:
    """Play a sound and a picture of the user's own; say what is none."""
    played = scene.folder("street")
    await choose(page, "sound-file", played / "audio.opus")
    await choose(page, "picture-files", min((played / "pictures").glob("*.jpg")))
    select = "Object.assign(document.getElementById('scene'), { value: 'files' })"
    await page.value(f"{select}.dispatchEvent(new Event('change'))")
    await page.value("document.getElementById('play').click()")
    await page.until("document.querySelector('.box b')?.textContent === 'cat'")
    await page.until(within("heard", "quiet morning in the garden"))
    await page.value("document.getElementById('play').click()")
    await choose(page, "sound-file", played / "scene.toml")
    await page.value("document.getElementById('play').click()")
    await page.until(within("state", r"not played: .* scene\.toml as a sound"))


async def noise_is_so_many_db_below(page: chromium.Chromium) -> None:
    """Put a tone to the page's own noise, and measure what it adds."""
    found = await page.do("Runtime.evaluate", expression=ADDED_NOISE, awaitPromise=True)
    assert found["result"]["value"] == pytest.approx(10, abs=0.5)


async def choose(page: chromium.Chromium, name: str, file: Path) -> None:
    found = await page.do("Runtime.evaluate", expression=f"document.getElementById('{name}')")
    chosen = found["result"]["objectId"]
    await page.do("DOM.setFileInputFiles", files=[str(file)], objectId=chosen)


async def use(browser: chromium.Chromium, address: str) -> None:
    async with browser as page:
        await page.do("Page.navigate", url=address)
        await page.until("!document.getElementById('mute')?.disabled")
        await page.until("document.getElementById('seals').textContent.includes('chamber')")
        await seen_by_who_wants(page, "simulate-ready")
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
        await seen_by_who_wants(page, "simulate")
        state = "document.getElementById('state').textContent"
        for expected in ("Muted: the link is closed", "Hearing and seeing"):
            await page.value("document.getElementById('mute').click()")
            await page.until(f"{state} === '{expected}'")
        raw = await page.value("document.getElementById('raw').textContent")
        await page.until(f"document.getElementById('raw').textContent !== '{raw}'")
        await a_scene_in_place_of_them(page)
        await files_in_place_of_them(page)
        await noise_is_so_many_db_below(page)
        assert [error for error in page.errors if "ws://" not in error] == []
