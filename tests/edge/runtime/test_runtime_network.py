"""A phone in a network of its own finds the device, pairs, and misses nothing on a bad wire.

The device is a sealed runtime in one network namespace, the phone a client in another.
"""

import asyncio
import gc
import ssl
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import cv2
import numpy as np
import pytest
import segno
from aiohttp import WSMsgType, web
from networks import DEVICE, PHONE, PHONE_ELSEWHERE, Networks, inside, networks
from paired_phone import Phone, ShutOut, WrongKey
from reachable_runtime import Device
from zeroconf import ServiceStateChange
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from edge.companion import certificate, phones, wire
from edge.companion.discovery import SERVICE
from edge.companion.pairing import Link

WITHIN_S = 90.0
SENTENCES = 16
FALLS = (aiohttp.ClientError, OSError, TimeoutError, ShutOut)
ANNOUNCE = """
import asyncio, sys
from edge.companion.discovery import Discovery
async def main():
    discovery = Discovery(int(sys.argv[1]))
    discovery.begin()
    await asyncio.to_thread(sys.stdin.read)
    await discovery.end()
asyncio.run(main())
"""
pytestmark = pytest.mark.filterwarnings(
    # aiohttp's client leaves a connection that breaks to the garbage collector.
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


@pytest.fixture(scope="module", autouse=True)
def _what_is_left_is_collected_here() -> Iterator[None]:
    """Else it is in the middle of another file's test, which may not ignore it."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def joined() -> Iterator[Networks]:
    with networks() as made:
        yield made


@pytest.fixture
def device(joined: Networks, tmp_path: Path) -> Iterator[Device]:
    with inside(joined.device):
        made = Device(tmp_path / "device", DEVICE)
        made.open_pairing()
    with made.runtime:
        yield made
    joined.loss = 0.0


def on_phone(joined: Networks, doing: Callable[[], Awaitable[Any]], within_s: float) -> None:
    async def whole() -> None:
        async with asyncio.timeout(within_s):
            await doing()

    with inside(joined.phone):
        asyncio.run(whole())


async def found(enough: Callable[[set[tuple[str, int]]], bool]) -> set[tuple[str, int]]:
    """Return where zeroconf finds the service, once there is enough of it."""
    places: set[tuple[str, int]] = set()
    waiting: set[asyncio.Task[None]] = set()
    is_enough = asyncio.Event()

    async def resolve(zeroconf: AsyncZeroconf, name: str) -> None:
        info = AsyncServiceInfo(SERVICE, name)
        while not await info.async_request(zeroconf.zeroconf, 1000):
            pass
        places.update((each, info.port or 0) for each in info.parsed_addresses())
        if enough(places):
            is_enough.set()

    def changed(**told: Any) -> None:  # noqa: ANN401 (zeroconf's own)
        if told["state_change"] is ServiceStateChange.Added:
            waiting.add(asyncio.ensure_future(resolve(announced, told["name"])))

    announced = AsyncZeroconf(interfaces=[PHONE])
    browser = AsyncServiceBrowser(announced.zeroconf, SERVICE, handlers=[changed])
    try:
        await asyncio.wait_for(is_enough.wait(), 60)
    finally:
        for task in waiting:
            task.cancel()
        await browser.async_cancel()
        await announced.async_close()
    return places


def test_a_phone_finds_the_device_and_pairs_by_the_code_and_by_the_line(
    joined: Networks, device: Device
) -> None:
    shown = device.link
    assert shown

    async def doing() -> None:
        ((address, port),) = await found(bool)
        assert (address, port) == (DEVICE, device.port)
        async with Phone(Link.read(scanned(str(shown))), here=PHONE) as phone:
            device.hear("It is heard in another network.")
            assert (await phone.told(wire.Heard)).text == "It is heard in another network."
        with inside(joined.device):
            line = str(device.open_pairing())
        async with Phone(Link.read(f"  {line}\n".strip()), here=PHONE):
            pass
        assert len(phones.paired(device.data)) == 2

    on_phone(joined, doing, WITHIN_S)


def scanned(text: str) -> str:
    """Return what a camera reads off the code on the device's screen."""
    modules = np.array([[*row] for row in segno.make(text, error="l").matrix_iter(border=4)])
    for pixels in (6, 8, 10):  # one detector misses one code in a hundred
        dots = np.ones((pixels, pixels))
        picture = np.kron(np.where(modules, 0, 255), dots).astype(np.uint8)
        if read := cv2.QRCodeDetectorAruco().detectAndDecode(picture)[0]:
            return read
    raise AssertionError("no code was seen")


def test_who_only_announces_itself_as_the_device_is_told_nothing(
    joined: Networks, device: Device, tmp_path: Path
) -> None:
    """Spoofed mDNS: an impostor with a key of its own stands beside the device."""
    shown = device.link
    assert shown
    told: list[Any] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(wire.spell(wire.Challenge("0" * 32)))
        told.extend([m.data async for m in socket if m.type is WSMsgType.TEXT])
        return socket

    async def doing() -> None:
        secure = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        secure.load_cert_chain(certificate.make(tmp_path / "impostor", ("localhost",), (PHONE,)))
        server = web.Server(answer)
        loop = asyncio.get_running_loop()
        everywhere = "0.0.0.0"  # noqa: S104 (of a namespace that nobody else is in)
        listening = await loop.create_server(server, everywhere, 0, ssl=secure)
        port = listening.sockets[0].getsockname()[1]
        spoofing = subprocess.Popen(  # noqa: ASYNC220 (it is born at once)
            [sys.executable, "-c", ANNOUNCE, str(port)], stdin=subprocess.PIPE
        )
        try:
            places = await found(lambda places: len(places) > 1)
            assert (PHONE, port) in places
            for address, at in sorted(places, key=lambda place: place[0] == DEVICE):
                link = Link((address,), at, shown.key_hash, shown.secret)
                if address == DEVICE:
                    async with Phone(link, here=PHONE):
                        pass
                else:
                    with pytest.raises(WrongKey):
                        async with Phone(link, here=PHONE):
                            pass
        finally:
            await asyncio.to_thread(spoofing.communicate)
            listening.close()
            await server.shutdown(1)
        assert told == []

    on_phone(joined, doing, WITHIN_S)


def test_a_wire_that_loses_a_third_of_its_packets_loses_and_doubles_nothing(
    joined: Networks, device: Device
) -> None:
    said = [f"Sentence {number} is said while packets are lost." for number in range(SENTENCES)]

    async def doing() -> None:
        phone = await paired(device)
        joined.loss, before = 0.3, joined.lost
        for number, text in enumerate(said):
            device.hear(text)
            if number % 8 == 0:  # each time by a connection of its own
                await hear(phone, number + 1)
        await hear(phone, len(said))
        assert sentences(phone) == said
        assert joined.lost > before

    on_phone(joined, doing, 2 * WITHIN_S)


@pytest.mark.parametrize("sleep_s", [1.0, pytest.param(600.0, marks=pytest.mark.long)])
def test_a_phone_that_slept_goes_on_at_another_address(
    joined: Networks, device: Device, sleep_s: float
) -> None:
    said = [f"Sentence {number} is said while the phone sleeps." for number in range(SENTENCES)]

    async def doing() -> None:
        phone = await paired(device)
        async with phone:
            joined.loss = 1.0  # it says no goodbye
            for text in said:
                device.hear(text)
                await asyncio.sleep(sleep_s / SENTENCES)
            phone.transport.abort()
        joined.loss, phone.here = 0.0, PHONE_ELSEWHERE
        await hear(phone, len(said))
        assert sentences(phone) == said
        assert phone.welcome
        assert not phone.welcome.reload

    on_phone(joined, doing, WITHIN_S + sleep_s)


async def paired(device: Device) -> Phone:
    """Return a phone that is paired, and away."""
    assert device.link
    phone = Phone(device.link, here=PHONE)
    async with phone:
        return phone


async def hear(phone: Phone, enough: int) -> None:
    """Connect, as often as it breaks, until so many sentences were told."""
    while len(sentences(phone)) < enough:
        with suppress(*FALLS):
            async with phone:
                while len(sentences(phone)) < enough:
                    await phone.next()  # it looks that no number is missing, and none comes twice


def sentences(phone: Phone) -> list[str]:
    return [each.item.text for each in phone.events if isinstance(each.item, wire.Heard)]
