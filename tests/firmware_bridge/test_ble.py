"""A pendant by BlueZ: found, heard, seen, lost, found again. The bus is real, the radio is not."""

import asyncio
import contextlib
import functools
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

import pytest
from bleak import BleakClient, BleakScanner
from fake_bluez import FakeBlueZ, private_bus

from firmware_bridge import ble, bluez, omi
from firmware_bridge.ble import Link, Wanted
from firmware_bridge.bluez import BlueZ
from firmware_bridge.frames import Mute
from firmware_bridge.links import Brought, Standing, Terms
from firmware_bridge.omi_emulator import Firmware
from firmware_bridge.session import Gone, Heard, Pictured

ANY, NEVER = Wanted(), Standing()
JPEG = b"\xff\xd8" + bytes(998)


def on_a_loop(test: Callable[..., Coroutine[None, None, None]]) -> Callable[..., None]:
    @functools.wraps(test)
    def run(**fixtures: object) -> None:
        asyncio.run(test(**fixtures))

    return run


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not shutil.which("dbus-daemon"):
        pytest.skip("UNCHECKED: a pendant by Bluetooth needs `apt install dbus`")
    with private_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


async def until(is_so: Callable[[], bool]) -> None:
    ends_s = asyncio.get_running_loop().time() + 10
    while not is_so():
        assert asyncio.get_running_loop().time() < ends_s
        await asyncio.sleep(0.01)


class Both:
    """The pendant's side, and ours."""

    def __init__(self, fake: FakeBlueZ, link: Link, brought: list[Brought]) -> None:
        self.fake, self.link, self.brought = fake, link, brought

    async def until(self, is_so: Callable[[], bool]) -> None:
        await until(is_so)

    async def connected(self, listens_to: str = omi.AUDIO) -> None:
        await self.until(lambda: bool(self.link.standing and self.link.standing.is_connected))
        await self.until(lambda: self.fake.is_listened_to(listens_to))

    def say(self, frames: int) -> None:
        for _ in range(frames):
            for notification in self.fake.pendant.sound(bytes(640)):
                self.fake.tell(omi.AUDIO, notification)

    def brings(self, kind: type[Brought]) -> int:
        return sum(isinstance(each, kind) for each in self.brought)


@contextlib.asynccontextmanager
async def both(
    bus: str, pendant: Firmware, wanted: Wanted = ANY, *, needs_pairing: bool = False
) -> AsyncIterator[Both]:
    fake, service = FakeBlueZ(pendant), BlueZ()
    fake.needs_pairing = needs_pairing
    await fake.begin(bus)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
        await service.connect()
    brought: list[Brought] = []
    link = Link(Terms(lambda: 0, brought.append), service, wanted)
    serving = asyncio.create_task(link.serve())
    try:
        yield Both(fake, link, brought)
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        service.close()
        fake.end()


@on_a_loop
async def test_a_pendant_is_heard_and_what_was_lost_on_the_way_is_counted(bus: str) -> None:
    async with both(bus, Firmware()) as sides:
        await sides.connected()
        sides.say(3)
        sides.fake.pendant.number += 2  # two notifications that never come
        sides.say(3)
        await sides.until(lambda: sides.brings(Heard) == 7)
        await sides.until(lambda: (sides.link.standing or NEVER).battery_percent == 80)
        standing = sides.link.standing
        assert standing
        assert (standing.name, standing.lost) == ("Omi", 2)
        await sides.until(lambda: sides.fake.pendant.buzzed == 1)


@on_a_loop
async def test_it_is_found_again_after_each_of_many_disconnects(
    bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ble, "BACK_OFF_S", (0.0,))
    async with both(bus, Firmware("pcm16")) as sides:
        for times in range(1, 101):
            await sides.connected()
            sides.say(2)
            await sides.until(lambda expected=2 * times: sides.brings(Heard) >= expected - 1)
            sides.fake.drop()
            await sides.until(lambda expected=times: sides.brings(Gone) == expected)
        assert sides.fake.connections in {100, 101}  # it may be there again by now
        assert sides.brings(Heard) == 200
        assert sides.link.standing
        assert sides.link.standing.lost == 0


@on_a_loop
async def test_glasses_are_told_to_stop_and_send_a_photo_only_when_one_is_wanted(bus: str) -> None:
    async with both(bus, Firmware(has_camera=True, quarter_turns=1)) as sides:
        glasses = sides.fake.pendant
        await sides.connected()
        await sides.until(lambda: glasses.photos_wanted == 1)
        assert glasses.told_to_stop == 1
        for chunk in glasses.photo(JPEG):
            sides.fake.tell(omi.PHOTO, chunk)
        await sides.until(lambda: sides.brings(Pictured) == 1)
        assert glasses.photos_wanted == 0
        assert Pictured(JPEG, 0, 1) in sides.brought
        await sides.link.photo_done()
        assert glasses.photos_wanted == 1


@on_a_loop
async def test_two_taps_mute_and_one_does_not(bus: str) -> None:
    async with both(bus, Firmware()) as sides:
        await sides.connected(omi.BUTTON)
        sides.fake.tell(omi.BUTTON, sides.fake.pendant.pressed(1))
        sides.fake.tell(omi.BUTTON, sides.fake.pendant.pressed(2))
        await sides.until(lambda: sides.brings(Mute) == 1)
        assert sides.brought == [Mute()]


@on_a_loop
async def test_what_it_recorded_by_itself_is_told_and_forgotten_when_asked(bus: str) -> None:
    async with both(bus, Firmware(recorded=100)) as sides:
        await sides.connected()
        await sides.until(lambda: "44 KiB" in (sides.link.standing or NEVER).trouble)
        assert sides.fake.pendant.recorded == 100
    async with both(bus, Firmware(recorded=100), Wanted(purge=True)) as sides:
        await sides.until(lambda: sides.fake.pendant.recorded == 0)


@on_a_loop
async def test_one_that_wants_to_be_paired_is_paired(bus: str) -> None:
    async with both(bus, Firmware(), needs_pairing=True) as sides:
        await sides.connected()
        sides.say(2)
        await sides.until(lambda: sides.brings(Heard) == 1)


@on_a_loop
async def test_one_that_stops_answering_is_let_go_and_found_again(
    bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ble, "SILENT_AFTER_S", 0.2)
    monkeypatch.setattr(ble, "WATCH_EVERY_S", 0.1)
    async with both(bus, Firmware()) as sides:
        await sides.connected()
        await sides.until(lambda: sides.fake.pendant.buzzed > 0)
        sides.fake.is_deaf = True
        await sides.until(lambda: not (sides.link.standing or NEVER).is_connected)
        sides.fake.is_deaf = False
        before = sides.fake.connections
        await sides.until(lambda: sides.fake.connections > before)
        await sides.connected()


@on_a_loop
async def test_so_is_one_that_stops_answering_while_it_is_being_connected(
    bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluez, "ANSWERS_WITHIN_S", 0.5)
    async with both(bus, Firmware()) as sides:
        sides.fake.is_deaf = True
        await sides.until(lambda: sides.fake.connections == 1)
        await sides.until(lambda: not sides.fake.is_connected)
        sides.fake.is_deaf = False
        await sides.connected()


@on_a_loop
async def test_a_name_that_nobody_has_and_a_missing_service_are_said(
    bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ble, "LOOK_FOR_S", 0.2)
    async with both(bus, Firmware(), Wanted("Somebody else's")) as sides:
        await sides.until(lambda: (sides.link.standing or NEVER).trouble == ble.OUT_OF_SIGHT)
        sides.fake.end()
        await sides.until(lambda: (sides.link.standing or NEVER).trouble == ble.NO_SERVICE)


@on_a_loop
async def test_bleak_finds_the_same_pendant_on_the_same_bus(
    bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
    fake = FakeBlueZ(Firmware())
    await fake.begin(bus)
    device = await BleakScanner.find_device_by_name("Omi", timeout=10)
    assert device
    came: list[bytes] = []
    sent: list[bytes] = []
    async with BleakClient(device) as client:
        assert await client.read_gatt_char(omi.CODEC) == bytes([21])
        await client.start_notify(omi.AUDIO, lambda _, value: came.append(bytes(value)))
        for _ in range(50):
            for notification in fake.pendant.sound(bytes(640)):
                sent.append(notification)
                fake.tell(omi.AUDIO, notification)
        await until(lambda: len(came) == len(sent))
    assert came == sent
    fake.end()
