"""The app in a real browser, paired with a sealed runtime: what a person sees and may do there."""

import asyncio
import base64
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

import axe
import pytest
from chromium import Chromium
from reachable_runtime import Device
from runtime_process import at

from edge.companion import pages
from edge.messages import Box, Mute, MuteState, SealState, Seen, TextLine, Thing

SHOTS = os.environ.get("OFFRECORD_SHOTS")
"""A folder for screenshots, where somebody wants to look."""
WIDE, TALL = (1280, 800), (390, 844)
BOX: Final[Box] = (100, 100, 400, 400)
SEALS = [SealState(name, 7, "A", 3) for name in ("capture", "chamber", "runtime")]
CUP = Seen(1_000, (Thing("cup", 90, BOX), Thing("book", 71, BOX)), (), 1, 1)
SIGN = Seen(2_000, (), (TextLine("Platform 4, 10:42 to Bern", 93, BOX),), 1, 1)
MARKUP = "He said <img src=x onerror=document.title=1> <b>twice</b>."


HERE, ELSEWHERE = (52.5201, 13.4052), (52.5301, 13.4052)
TOLD = [("place", "orangery"), ("motion", "still"), ("place", ""), ("motion", "")]
REMEMBER = """
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (said) {
      sent.push(said);
      send.call(this, said);
    };
    var sent = [];
"""
"""Have the page keep what it sends."""
MOVES = "((mover) => ([speed, s]) => mover.take(speed, 1000 * s))(new Movement())"
NEAR = """((before) => ([degrees, accuracy]) => (before = placeOf(
    { latitude: degrees, longitude: 0, accuracy },
    [{ name: "home", latitude: 0, longitude: 0 }],
    before,
)))("")"""
SPEED = """([speed, degrees, s]) => Math.round(10 * speedOf(
    { latitude: degrees, longitude: 0, accuracy: 10, speed, at_ms: 1000 * s },
    { latitude: 0, longitude: 0, accuracy: 10, at_ms: 0 },
))"""
RULES = [
    (MOVES, "[[0.1, 0], [0.6, 1], [1.2, 2], [1.3, 8]]", ["still", "still", "still", "walking"]),
    (MOVES, "[[1.2, 0], [0.5, 9], [0.1, 10], [0.1, 21]]", ["walking"] * 3 + ["still"]),
    (MOVES, "[[9, 0], [4, 9], [0, 20], [8, 60], [0, 70], [0, 161]]", ["driving"] * 5 + ["still"]),
    (MOVES, "[[1.2, 0], [5, 10], [5, 30], [7, 31], [7, 37]]", ["walking"] * 4 + ["driving"]),
    (NEAR, "[[0.0013, 9], [0.0008, 9], [0.0013, 9], [0.0019, 9]]", ["", "home", "home", ""]),
    (NEAR, "[[0.0008, 400], [0.0008, 9], [0.5, 400]]", ["", "home", "home"]),
    (SPEED, "[[1.5, 0, 1], [null, 0.001, 90], [null, 0.0001, 90]]", [15, 11, 0]),
]
"""Of `places.js`: a rule, what it is given in turn, and what comes of it. 0.001 degrees: 111 m."""


class App:
    """The page, by what a person finds on it."""

    def __init__(self, page: Chromium, device: Device) -> None:
        self.page, self.device = page, device

    async def press(self, selector: str) -> None:
        await self.page.until(f"!!document.querySelector({json.dumps(selector)})")
        await self.page.value(f"document.querySelector({json.dumps(selector)}).click()")

    async def fill(self, form: str, field: str, text: str) -> None:
        fill = f"document.querySelector('{field}').value = {json.dumps(text)}"
        await self.page.value(f"{fill}; document.querySelector('{form}').requestSubmit()")

    async def shows(self, selector: str, text: str) -> None:
        words = f"document.querySelector({json.dumps(selector)})?.innerText"
        await self.page.until(f"({words} ?? '').includes({json.dumps(text)})")

    async def count(self, text: str) -> Any:  # noqa: ANN401 (a number of the page's)
        """Return how many rows of what was heard hold a text."""
        rows = "[...document.querySelectorAll('#day .heard')]"
        return await self.page.value(
            f"{rows}.filter((row) => row.textContent.includes({json.dumps(text)})).length"
        )

    async def looked_at(self, name: str) -> None:
        """Have a page looked at: by the eye of who wants pictures, and by axe-core."""
        if axe.script():
            assert await axe.serious(self.page) == [], name
        for size in (TALL, WIDE) if SHOTS else ():
            for is_dark in (False, True):
                picture = await self.page.look(size, is_dark=is_dark)
                shade = "dark" if is_dark else "light"
                keep(f"app-{name}-{size[0]}-{shade}.png", picture)


def keep(name: str, picture: bytes) -> None:
    Path(SHOTS or "", name).write_bytes(picture)


@pytest.fixture
def device(tmp_path: Path) -> Any:  # noqa: ANN401 (a generator of one)
    made = Device(tmp_path)
    with made.runtime:
        yield made


def test_a_person_pairs_sees_asks_mutes_and_forgets(device: Device, tmp_path: Path) -> None:
    link = device.open_pairing()
    spki = base64.b64encode(base64.urlsafe_b64decode(link.key_hash + "=")).decode()
    trusts = f"--ignore-certificate-errors-spki-list={spki}"
    nothing = Path(os.devnull)
    browser = Chromium(tmp_path / "browser", nothing, nothing, TALL, (trusts,))

    async def whole() -> None:
        async with asyncio.timeout(120), browser as page:
            await use(App(page, device), str(link))

    asyncio.run(whole())
    if not axe.script():
        pytest.skip(axe.UNCHECKED)


async def use(app: App, link: str) -> None:
    page = app.page
    await page.look(TALL, is_dark=False)
    await page.do("Page.navigate", url=link)
    await app.shows("#view-pairing", "Pair this phone")
    await app.looked_at("pairing")
    assert await page.value("location.hash") == ""
    await page.value("document.getElementById('name').value = 'Phone of the test'")
    await app.press("#pairing button")
    await app.shows("#day-empty", "Nothing yet today")
    await app.looked_at("empty")
    await the_day(app)
    await muting(app)
    await whereabouts(app)
    await away(app)
    await the_other_pages(app)
    await forgetting(app)
    paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    sys.stdout.write(f"first paint: {await page.value(paint)} ms\n")
    size = sum(len(each.content) for name, each in pages.pages().items() if name != "/")
    assert size < 150_000
    assert page.errors == []
    await without_the_device(app)


async def the_day(app: App) -> None:
    device = app.device
    device.runtime.tell(*SEALS, at(1), at(1, kind="video"))
    await app.shows("#state", "Hearing and seeing")
    await app.shows("header", "sealed at level A")
    device.hear("I put the keys in the blue bowl.")
    device.runtime.say(CUP, SIGN)
    device.hear(MARKUP)
    await app.shows("#day", MARKUP)
    assert await app.page.value("document.querySelector('main img, main .text b')") is None
    assert await app.page.value("document.title") == "Offrecord"
    await app.fill("#asking", "#question", "Where did I put my keys?")
    await app.shows("#day .asked", "on Phone of the test")
    await app.shows("#day .answered", "blue bowl")
    await app.shows("#day .seen", "cup")
    await app.looked_at("day")


async def muting(app: App) -> None:
    await app.press("#mute")
    assert isinstance(await asyncio.to_thread(app.device.shown, Mute), Mute)
    app.device.runtime.tell(MuteState(muted=True))
    await app.shows("#state", "Muted")
    await app.shows("#mute", "Unmute")
    await app.looked_at("muted")
    app.device.runtime.tell(MuteState(muted=False))
    await app.shows("#mute", "Mute")


async def whereabouts(app: App) -> None:
    """What leaves the phone is a name that the wearer gave and how they move, and only when on."""
    page = app.page
    await page.value(REMEMBER)
    await page.do("Browser.grantPermissions", permissions=["geolocation"])
    await page.value("location.hash = '#device'")
    await is_at(page, HERE)
    await app.fill("#naming", "#place-name", "orangery")
    await app.shows("#places", "orangery")
    await app.press("#where-on")
    await app.shows("#where-now", "Told to the device: at “orangery”, not moving.")
    await app.looked_at("where")
    await page.value("location.hash = '#day'")
    await app.fill("#asking", "#question", "Where am I?")
    await app.shows("#day .answered:last-child", 'You are at "orangery"; your phone said so')
    await page.value("location.hash = '#device'")
    await is_at(page, ELSEWHERE, speed_mps=1.4)
    await page.until("!document.getElementById('where-now').textContent.includes('orangery')")
    await app.press("#where-on")
    await page.until('sent.at(-1)?.includes(\'"kind":""\')')
    sent = json.loads(await page.value("JSON.stringify(sent)"))
    assert not [frame for frame in sent if "52.5" in frame or "13.4" in frame]
    frames = [json.loads(frame) for frame in sent]
    told = [(each["type"], each.get("name", each.get("kind"))) for each in frames]
    assert [each for each in told if each[0] in {"place", "motion"}] == TOLD
    assert "52.5" in await page.value("localStorage.getItem('offrecord.places')")
    for rule, series, expected in RULES:
        rules = "import('/places.js').then(({ Movement, placeOf, speedOf }) => JSON.stringify"
        asked = f"{rules}({series}.map({rule})))"
        found = await page.do("Runtime.evaluate", expression=asked, awaitPromise=True)
        assert json.loads(found["result"]["value"]) == expected, rule
    await page.value("location.hash = '#day'")


async def is_at(page: Chromium, place: tuple[float, float], speed_mps: float = 0.0) -> None:
    latitude, longitude = place
    await page.do(
        "Emulation.setGeolocationOverride",
        latitude=latitude, longitude=longitude, accuracy=10, speed=speed_mps,
    )  # fmt: skip


async def away(app: App) -> None:
    """The phone sleeps, and something is said meanwhile; then it begins anew altogether."""
    await app.page.value("dispatchEvent(new Event('offline'))")
    app.device.hear("The train leaves from platform four.")
    await app.shows("#day", "The train leaves from platform four.")
    assert await app.count("The train leaves from platform four.") == 1
    assert await app.count("I put the keys") == 1
    await app.page.do("Page.reload")
    await app.shows("#day", "The train leaves from platform four.")
    await app.shows("#day .kept", "You were at")
    assert await app.count("The train leaves from platform four.") == 1


async def the_other_pages(app: App) -> None:
    page = app.page
    await page.value("location.hash = '#find'")
    await app.fill("#searching", "#sought", "keys")
    await app.shows("#found", "blue bowl")
    await app.looked_at("find")
    await app.press("#kept-today")
    await app.shows("#found-what", "kept today")
    await app.press("#export")
    await app.shows("#exported", "exported.")
    await page.value("location.hash = '#left'")
    await app.shows("#rows", "told to a paired phone")
    await app.looked_at("left")
    await page.value("location.hash = '#device'")
    await app.shows("#audited", "3 processes are sealed, the weakest at level A")
    await app.shows("#audited", "The ledger is whole.")
    await app.shows("#phones", "this phone")
    await app.shows("#offline", "opens without a connection too")
    await app.looked_at("device")


async def forgetting(app: App) -> None:
    await app.page.value("location.hash = '#find'")
    await app.press("[data-forget='day today']")
    await app.shows("#sure", "Forget all of today?")
    await app.looked_at("sure")
    await app.press("#sure-yes")
    await app.shows("#said", "forgotten for good")
    await app.page.value("location.hash = '#day'")
    await app.page.until("!document.getElementById('day').textContent.includes('blue bowl')")


async def without_the_device(app: App) -> None:
    app.device.runtime.process.kill()
    await app.page.do("Page.reload")
    await app.shows("#state", "Not connected")
    await app.shows("#day-empty", "The day is on the device")
    await app.looked_at("away")
