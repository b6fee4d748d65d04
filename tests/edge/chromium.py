"""A headless Chromium whose camera and microphone play files, driven by its own protocol."""

import asyncio
import json
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import numpy as np
import pytest
import soundfile
import soxr

from edge import scene

WITHIN_S = 60.0
RATE_HZ = 16_000


def path() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("UNCHECKED: there is no browser; apt install chromium")
    return found


def demo(folder: Path) -> tuple[Path, Path]:
    """Write the demo's first sentence and its question, and its first picture, as a film."""
    played = scene.folder("demo")
    samples, rate_hz = soundfile.read(played / "audio.opus", dtype="float32", always_2d=True)
    mono = soxr.resample(samples[:, 0], rate_hz, RATE_HZ)
    parts = [mono[int(a * RATE_HZ) : int(b * RATE_HZ)] for a, b in ((0.2, 5.0), (30.0, 32.8))]
    silence = np.zeros(RATE_HZ, np.float32)
    sound, film = folder / "sound.wav", folder / "film.mjpeg"
    whole = np.concatenate([*[silence] * 2, *parts, *[silence] * 20])
    soundfile.write(sound, whole, RATE_HZ, subtype="PCM_16")
    film.write_bytes(min((played / "pictures").glob("*.jpg")).read_bytes())
    return sound, film


class Chromium:
    """One page. What its console says is kept in `errors`."""

    def __init__(
        self,
        folder: Path,
        sound: Path,
        film: Path,
        size: tuple[int, int],
        flags: tuple[str, ...] = (),
    ) -> None:
        self.folder, self.errors, self._number = folder, list[str](), 0
        self._process = subprocess.Popen(
            [
                *(path(), "--headless", "--no-sandbox", "--disable-gpu"),
                *("--disable-dev-shm-usage", "--disable-background-networking", "--mute-audio"),
                *("--no-first-run", "--use-fake-ui-for-media-stream"),
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={sound}%noloop",
                f"--use-file-for-fake-video-capture={film}",
                f"--user-data-dir={folder}",
                *flags,
                f"--window-size={size[0]},{size[1]}",
                *("--remote-debugging-port=0", "about:blank"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        port_file, until_s = self.folder / "DevToolsActivePort", loop.time() + WITHIN_S
        while not port_file.exists() or "\n" not in port_file.read_text("ascii"):
            assert loop.time() < until_s, "the browser did not start"
            await asyncio.sleep(0.1)
        port = port_file.read_text("ascii").splitlines()[0]
        self._session = aiohttp.ClientSession()
        while not (pages := await self._pages(port)):  # it may listen before it has one
            assert loop.time() < until_s, "the browser has no page"
            await asyncio.sleep(0.1)
        self._page = await self._session.ws_connect(pages[0], max_msg_size=1 << 26)
        for domain in ("Runtime", "Log", "Page"):
            await self.do(f"{domain}.enable")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._page.close()
        await self._session.close()
        self._process.kill()
        self._process.wait()

    async def _pages(self, port: str) -> list[str]:
        async with self._session.get(f"http://127.0.0.1:{port}/json") as answer:
            each = await answer.json()
        return [one["webSocketDebuggerUrl"] for one in each if one["type"] == "page"]

    async def do(self, method: str, **parameters: object) -> dict[str, Any]:
        self._number += 1
        await self._page.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            message = json.loads((await self._page.receive()).data)
            if message.get("method") in {"Runtime.exceptionThrown", "Log.entryAdded"}:
                self.errors.append(json.dumps(message["params"]))
            if message.get("id") == self._number:
                result: dict[str, Any] = message["result"]
                return result

    async def value(self, expression: str) -> Any:  # noqa: ANN401 (whatever the page returns)
        found = await self.do("Runtime.evaluate", expression=expression, userGesture=True)
        return found["result"].get("value")

    async def until(self, expression: str) -> Any:  # noqa: ANN401 (whatever the page returns)
        """Wait until it is true."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + WITHIN_S
        while not (found := await self.value(expression)):
            assert loop.time() < until_s, f"never: {expression}; {self.errors}"
            await asyncio.sleep(0.2)
        return found

    async def look(self, size: tuple[int, int], *, is_dark: bool) -> bytes:
        """Return a screenshot."""
        await self.show(size, is_dark=is_dark)
        await asyncio.sleep(0.5)
        return b64decode((await self.do("Page.captureScreenshot", format="png"))["data"])

    async def show(self, size: tuple[int, int], *, is_dark: bool) -> None:
        """Be a screen of this size, light or dark."""
        width, height = size
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        await self.do("Emulation.setEmulatedMedia", features=[scheme])
        await self.do(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
