"""Our pendant on a virtual radio: read by bumble's own client, and heard by our link."""

import asyncio

import pytest

pytest.importorskip("bumble", reason="UNCHECKED: pip install --no-deps bumble pyee")
pytest.importorskip("dbus_fast", reason="UNCHECKED: pip install offrecord[wearables]")

from bumble.device import Peer
from bumble.hci import Address
from virtual_radio import MTU, PENDANT, Pendant, Receiver, radio

from firmware_bridge import ble, omi
from firmware_bridge.ble import Link, Wanted
from firmware_bridge.emulator import Faults, Way
from firmware_bridge.links import Brought, Terms
from firmware_bridge.omi_emulator import Firmware
from firmware_bridge.session import Gone, Heard, Pictured

WITHIN_S = 20
FRAME = bytes(range(256)) * 2 + bytes(128)
JPEG = b"\xff\xd8" + bytes(range(256)) * 4


async def until(brought: list[Brought], kind: type[Brought], many: int) -> None:
    async with asyncio.timeout(WITHIN_S):
        while sum(isinstance(each, kind) for each in brought) < many:  # noqa: ASYNC110 (a radio)
            await asyncio.sleep(0.005)


async def listened_to(pendant: Pendant, times: int) -> None:
    """Wait until its wearer has felt so often that it is heard."""
    async with asyncio.timeout(WITHIN_S):
        while pendant.firmware.buzzed < times:  # noqa: ASYNC110 (a radio)
            await asyncio.sleep(0.005)


async def end(serving: asyncio.Task[None]) -> None:
    """Cancel it, again where bumble has lost that because an answer came at the same moment."""
    while not serving.done():
        serving.cancel()
        await asyncio.wait({serving}, timeout=0.1)


def test_bumbles_client_reads_what_our_pendant_says() -> None:
    async def listen() -> None:
        theirs, ours = radio()
        pendant = Pendant(theirs, Firmware("pcm16"))
        await pendant.begin()
        await ours.power_on()
        peer = Peer(await ours.connect(Address(PENDANT)))
        assert await peer.request_mtu(MTU) == MTU
        await peer.discover_services()
        await peer.discover_characteristics()
        (codec,) = peer.get_characteristics_by_uuid(omi.CODEC)
        (audio,) = peer.get_characteristics_by_uuid(omi.AUDIO)
        assert await codec.read_value() == b"\0"
        came: list[bytes] = []
        await audio.subscribe(lambda value: came.append(bytes(value)))
        sent = [each for _ in range(50) for each in pendant.firmware.sound(FRAME[:320])]
        for each in sent:
            await pendant.tell(omi.AUDIO, each)
        async with asyncio.timeout(WITHIN_S):
            while len(came) < len(sent):  # noqa: ASYNC110 (a radio)
                await asyncio.sleep(0.005)
        assert came == sent
        assert {len(each) for each in came} == {251, 75}

    asyncio.run(listen())


def test_our_link_hears_it_counts_what_is_lost_and_finds_it_again_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ble, "BACK_OFF_S", (0.0,))
    brought: list[Brought] = []
    cuts = 10

    async def listen() -> None:
        theirs, ours = radio()
        pendant, receiver = Pendant(theirs, Firmware("opus", has_camera=True)), Receiver(ours)
        await pendant.begin()
        await receiver.connect()
        link = Link(Terms(lambda: 0, brought.append), receiver, Wanted())
        serving = asyncio.create_task(link.serve())
        way, lost = Way(Faults(lost=0.1)), 0
        for times in range(1, cuts + 1):
            await listened_to(pendant, times)
            sent = [each for _ in range(50) for each in pendant.firmware.sound(FRAME)]
            arrives = [bool(way.send(each)) for each in sent]
            for each, does in zip(sent, arrives, strict=True):
                if does:
                    await pendant.tell(omi.AUDIO, each)
            first, last = arrives.index(True), 49 - arrives[::-1].index(True)
            lost += arrives[first : last + 1].count(False)
            if times == 1:
                for chunk in pendant.firmware.photo(JPEG):
                    await pendant.tell(omi.PHOTO, chunk)
                await until(brought, Pictured, 1)
            await until(brought, Heard, 40 * times)
            await pendant.drop()
            await until(brought, Gone, times)
        assert link.standing
        assert (link.standing.lost, link.standing.battery_percent) == (lost, 80)
        await end(serving)

    asyncio.run(listen())
    assert Pictured(JPEG, 0, 2) in brought
