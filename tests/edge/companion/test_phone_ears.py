"""A paired phone as ears and eyes: what its browser hears and sees is in the day, by TLS alone."""

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import axe
import chromium
import pytest
from free_port import free_port

from edge.companion.pairing import Link
from edge.tls import any_certificate
from firmware_bridge.emulator import Firmware
from firmware_bridge.frames import TOKEN_BYTES, Decoder, Refused

SHOTS = os.environ.get("OFFRECORD_SHOTS")
"""A folder for screenshots, where somebody wants to look."""
WIDE, TALL = (1280, 800), (390, 844)
WITHIN_S = 60.0
REMEMBER = """
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (said) {
      if (said[0] === 1) brought = [...said.slice(24, 56)].join(" ");
      send.call(this, said);
    };
    var brought;
"""
"""Have the page keep the token of its hello, as a thief would who is to be shut out."""


class Running:
    """`offrecord run --wearable phone`, with a key and a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.page_port, self.link_port = free_port(), free_port()
        (folder / "offrecord").mkdir()
        settings = folder / "offrecord" / "config.toml"
        settings.write_text(f"[companion]\nport = {self.page_port}\n")
        self.environment = {**os.environ, "XDG_CONFIG_HOME": str(folder)}
        self.process = self.offrecord("run", "--wearable", f"phone:{self.link_port}", "--json")

    def offrecord(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "edge.cli", *words, "--data", self.data],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )

    def until(self, word: str) -> None:
        """Read what is shown until a line holds a word."""
        assert self.process.stdout
        for line in self.process.stdout:
            if word in line:
                return
        raise AssertionError(f"never: {word}")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    started = Running(tmp_path)
    try:
        started.until('"firmware_bridge"')
        yield started
    finally:
        started.process.send_signal(signal.SIGINT)
        started.process.communicate(timeout=WITHIN_S)


def test_a_paired_phones_browser_is_ears_and_eyes(running: Running, tmp_path: Path) -> None:
    asyncio.run(strangers_stay_outside(running))
    sound, film = chromium.demo(tmp_path)
    pair = running.offrecord("pair")
    assert pair.stdout
    line = next(words.strip() for words in pair.stdout if words.startswith("https://"))
    spki = base64.b64encode(base64.urlsafe_b64decode(Link.read(line).key_hash + "=")).decode()
    trusts = f"--ignore-certificate-errors-spki-list={spki}"
    browser = chromium.Chromium(tmp_path / "browser", sound, film, TALL, (trusts,))
    asyncio.run(use(browser, line, running))
    pair.communicate(timeout=WITHIN_S)
    assert pair.returncode == 0
    if not axe.script():
        pytest.skip(axe.UNCHECKED)


async def strangers_stay_outside(running: Running) -> None:
    """Refuse who speaks no TLS, who is another page, and who has no token."""
    here = f"127.0.0.1:{running.link_port}"
    page, elsewhere = f"https://127.0.0.1:{running.page_port}", "https://elsewhere.example"
    for address, headers, status in (
        (f"http://{here}/link", {}, 0),
        (f"https://{here}/link", {"Origin": elsewhere}, 403),
        (f"https://{here}/link", {"Origin": page, "Host": "rebound.example"}, 403),
        (f"https://{here}/other", {"Origin": page}, 404),
    ):
        assert await asked(address, headers) == status
    assert "paired" in await said_to(running, bytes(TOKEN_BYTES))


async def asked(address: str, headers: dict[str, str]) -> int:
    """Return the status of who asks for a WebSocket; 0 where nothing is answered."""
    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(address, headers=headers, ssl=any_certificate()):
                return 101
        except aiohttp.WSServerHandshakeError as refusal:
            return refusal.status
        except aiohttp.ClientConnectionError:
            return 0


async def said_to(running: Running, token: bytes) -> str:
    """Return why a hello with a token is refused; empty where it is not, or nobody answers."""
    address = f"https://127.0.0.1:{running.link_port}/link"
    async with aiohttp.ClientSession() as session:
        try:
            link = await session.ws_connect(address, ssl=any_certificate())
            await link.send_bytes(Firmware(token).hello())
            answer = await link.receive(WITHIN_S)
        except aiohttp.ClientConnectionError:
            return ""
        if answer.type is not aiohttp.WSMsgType.BINARY:
            return ""
        body = next(Decoder().feed(answer.data)).body
        return body.reason if isinstance(body, Refused) else ""


async def use(browser: chromium.Chromium, line: str, running: Running) -> None:
    async with browser as page:
        await page.do("Page.navigate", url=line)
        await page.until("document.getElementById('line')?.value")
        await page.value("document.querySelector('#pairing button').click()")
        await page.until("document.body.dataset.view === 'day'")
        await page.value("location.hash = '#device'")
        await page.until("!document.getElementById('lending').hidden")
        await page.value(REMEMBER)
        await page.value("document.getElementById('lend').click()")
        await shows(page, "lent", "hears and sees")
        await page.until("document.getElementById('loudness').value > -50")
        await page.value("document.getElementById('picture').click()")
        await page.until("!document.getElementById('looked').hidden")
        await looked_at(page, "on")
        await shows(page, "day", "keys in the blue bowl")
        await shows(page, "day", "cup")
        for state in ("Muted: the link is closed", "hears and sees"):
            await page.value("document.getElementById('mute').click()")
            await shows(page, "lent", state)
        assert [error for error in page.errors if "/link" not in error] == []
        await a_revoked_phone_is_no_ears(page, running)


async def a_revoked_phone_is_no_ears(page: chromium.Chromium, running: Running) -> None:
    """Revoke it in the middle of what it sends: its token is worth nothing any more."""
    token = bytes(map(int, (await page.value("brought")).split()))
    revoke = running.offrecord("phones", "revoke", "all")
    await page.until("document.getElementById('picture').srcObject === null")
    revoke.communicate(timeout=WITHIN_S)
    assert revoke.returncode == 0
    assert "paired" in await said_to(running, token)


async def shows(page: chromium.Chromium, name: str, words: str) -> None:
    text = f"document.getElementById('{name}').textContent.toLowerCase()"
    await page.until(f"{text}.includes({json.dumps(words.lower())})")


async def looked_at(page: chromium.Chromium, name: str) -> None:
    """Have the page looked at: by axe-core, and by the eye of who wants pictures."""
    if axe.script():
        assert await axe.serious(page) == [], name
    for size in (TALL, WIDE) if SHOTS else ():
        for is_dark in (False, True):
            picture = await page.look(size, is_dark=is_dark)
            shade = "dark" if is_dark else "light"
            keep(f"ears-{name}-{size[0]}-{shade}.png", picture)


def keep(name: str, picture: bytes) -> None:
    Path(SHOTS or "", name).write_bytes(picture)
