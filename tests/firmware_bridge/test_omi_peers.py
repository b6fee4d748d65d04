"""The makers' and others' own software beside ours: it reads our pendant, we read what it packs."""

import asyncio
import importlib
import math
import shutil
import struct
from array import array
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("dbus_fast", reason="UNCHECKED: pip install offrecord[wearables]")
pytest.importorskip("opuslib_next", reason="UNCHECKED: pip install offrecord[wearables]")

from fake_bluez import ADDRESS, FakeBlueZ, private_bus

from firmware_bridge import omi
from firmware_bridge.omi_emulator import NUMBERS, Firmware
from firmware_bridge.omi_sound import Sound

HUM = array("h", [round(8000 * math.sin(2 * math.pi * 220 * n / 16_000)) for n in range(32_000)])
SDKS = {"friend_lite": "friend-lite-sdk", "omi": "--no-deps omi-sdk"}
WITHIN_S = 20


def loaded(name: str, wants: str) -> ModuleType:
    """Return a module of somebody else's; opuslib raises a bare Exception without its library."""
    pytest.importorskip(name.partition(".")[0], reason=f"UNCHECKED: pip install {wants}")
    try:
        return importlib.import_module(name)
    except Exception as missing:  # noqa: BLE001 (see above)
        pytest.skip(f"UNCHECKED: apt install libopus0 ({missing})")


def heard(codec: str, notifications: list[bytes]) -> "array[int]":
    """Return what we make of notifications."""
    sound = Sound(omi.CODECS[NUMBERS[codec]])
    ours = [
        each for n, notification in enumerate(notifications) for each in sound.take(notification, n)
    ]
    ours += sound.end(0)
    return array("h", b"".join(each.samples for each in ours))


def apart(some: "array[int]", others: "array[int]") -> int:
    return max(abs(one - other) for one, other in zip(some, others, strict=True))


@pytest.mark.parametrize("sdk", SDKS)
@pytest.mark.parametrize("codec", ["opus10", "opus"])
def test_the_decoder_of_each_sdk_hears_our_pendant_as_we_do(sdk: str, codec: str) -> None:
    theirs = loaded(f"{sdk}.decoder", SDKS[sdk]).OmiOpusDecoder()
    firmware = Firmware(codec)
    step = 2 * firmware.frame_samples
    spoken = HUM.tobytes()
    sent = [n for at in range(0, len(spoken), step) for n in firmware.sound(spoken[at : at + step])]
    they_heard = array("h", b"".join(theirs.decode_packet(each) for each in sent))
    assert len(they_heard) == len(HUM)
    assert apart(they_heard, heard(codec, sent)) <= 2


@pytest.mark.parametrize(("codec", "samples"), [("opus10", 160), ("opus", 320)])
def test_what_another_libopus_packs_as_the_firmware_does_is_heard_by_us(
    codec: str, samples: int
) -> None:
    opuslib = loaded("opuslib", "opuslib")
    encoder: Any = opuslib.Encoder(16_000, 1, "restricted_lowdelay")
    encoder.bitrate, encoder.complexity, encoder.vbr = 32_000, 3, 1
    decoder = opuslib.Decoder(16_000, 1)
    packets = [
        encoder.encode(HUM[at : at + samples].tobytes(), samples)
        for at in range(0, len(HUM), samples)
    ]
    they_heard = array("h", b"".join(decoder.decode(each, 960) for each in packets))
    sent = [struct.pack("<HB", n, 0) + packet for n, packet in enumerate(packets)]
    assert apart(they_heard, heard(codec, sent)) <= 2


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not shutil.which("dbus-daemon"):
        pytest.skip("UNCHECKED: a pendant by Bluetooth needs `apt install dbus`")
    with private_bus(tmp_path_factory.mktemp("peers")) as address:
        yield address


def test_the_sdk_connects_to_our_pendant_and_reads_buzzes_and_listens(
    bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sdk = loaded("friend_lite", SDKS["friend_lite"])
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
    pendant = Firmware()
    sent = [each for _ in range(20) for each in pendant.sound(bytes(640))]
    sounds: list[bytes] = []
    taps: list[int] = []

    async def use() -> None:
        fake = FakeBlueZ(pendant)
        await fake.begin(bus)
        async with asyncio.timeout(WITHIN_S), sdk.OmiConnection(ADDRESS) as connection:
            assert await connection.read_battery_level() == 80
            assert await connection.is_haptic_supported()
            await connection.play_haptic(1)
            await connection.subscribe_audio(lambda _, value: sounds.append(bytes(value)))
            await connection.subscribe_button(
                lambda _, value: taps.append(sdk.parse_button_event(bytes(value)))
            )
            fake.tell(omi.BUTTON, pendant.pressed(omi.DOUBLE_TAP))
            for each in sent:
                fake.tell(omi.AUDIO, each)
            while len(sounds) < len(sent):  # noqa: ASYNC110 (of another library's making)
                await asyncio.sleep(0.01)
        fake.end()

    asyncio.run(use())
    assert sounds == sent
    assert taps == [sdk.ButtonState.DOUBLE_TAP]
    assert pendant.buzzed == 1


def test_the_sdk_knows_the_same_characteristics() -> None:
    uuids = loaded("friend_lite.uuids", SDKS["friend_lite"])
    known = {value.lower() for value in vars(uuids).values() if isinstance(value, str)}
    assert {omi.AUDIO, omi.BUTTON, omi.FEATURES, omi.BATTERY, omi.HAPTIC, omi.STORAGE} <= known
