"""A device that others wrote, `xiaozhi-sdk` (MIT), with its own libopus, is served by our port."""

import asyncio
import math
from array import array
from collections.abc import Mapping
from typing import Any

import pytest

pytest.importorskip("opuslib_next", reason="UNCHECKED: pip install offrecord[wearables]")

from xiaozhi_ends import Ends, linked

from firmware_bridge.links import VOICE_HZ
from firmware_bridge.session import Heard, Pictured
from firmware_bridge.xiaozhi_emulator import Device
from firmware_bridge.xiaozhi_frames import Packet, Speech

pytestmark = pytest.mark.long  # what it needs is no dependency of ours: av, a machine's id

RATE_HZ, FRAME = 16_000, 960
JPEG = b"\xff\xd8" + bytes(range(256)) * 20
SWELLING = array(
    "h",
    [round(9000 * math.sin(n * 0.0864) * abs(math.sin(n * 0.0008))) for n in range(50 * FRAME)],
)
SPOKEN = array("h", [round(9000 * math.sin(n * 0.06)) for n in range(VOICE_HZ)])


@pytest.fixture(autouse=True)
def is_there() -> None:
    pytest.importorskip("xiaozhi_sdk", reason="UNCHECKED: pip install xiaozhi-sdk==0.5.1")


def test_another_sdk_finds_us_is_heard_and_posts_the_photo_that_is_wanted() -> None:
    from xiaozhi_sdk.core import XiaoZhiWebsocket  # noqa: PLC0415 (see `is_there`)

    told: list[Mapping[str, Any]] = []
    answered: list[Any] = []

    async def use(ends: Ends) -> None:
        async def keep(message: Mapping[str, Any]) -> None:
            told.append(message)

        sdk = XiaoZhiWebsocket(keep, ota_url=ends.asks, audio_sample_rate=RATE_HZ)

        async def take_photo(asked: Mapping[str, str]) -> tuple[object, bool]:
            answered.append(await sdk.async_analyze_image(JPEG, asked["question"]))
            return answered[-1]

        tool = {"name": "take_photo", "inputSchema": {}, "tool_func": take_photo, "is_async": True}
        await sdk.set_mcp_tool([tool])
        assert await sdk.init_connection("aa:bb:cc:dd:ee:ff")
        for place in range(0, len(SWELLING), FRAME):
            ends.now += FRAME
            await sdk.send_audio(SWELLING[place : place + FRAME].tobytes())
        await ends.until(lambda: sum(isinstance(each, Heard) for each in ends.brought) == 50)
        ends.link.take_words("hello", ends.now, ends.now + 100, is_other=False)
        await sdk.send_abort()
        await ends.until(lambda: bool(answered) and len(told) == 2)
        await ends.link.photo_done()
        await ends.until(lambda: len(answered) == 2)
        await sdk.close()

    ends = linked(use)
    assert [(each["type"], each.get("text")) for each in told[:2]] == [
        ("stt", "hello"),
        ("tts", None),
    ]
    assert answered == [({"success": True, "response": "seen"}, False)] * 2
    assert [each.jpeg for each in ends.brought if isinstance(each, Pictured)] == [JPEG] * 2
    heard = array("h", b"".join(each.samples for each in ends.brought if isinstance(each, Heard)))
    assert len(heard) == len(SWELLING)
    loud = [math.sqrt(sum(s * s for s in sound)) for sound in (heard, SWELLING)]
    assert loud[0] == pytest.approx(loud[1], rel=0.1)


def test_its_decoder_reads_our_device_as_ours_does() -> None:
    from xiaozhi_sdk.opus import opuslib  # noqa: PLC0415 (see `is_there`)

    device, ours, theirs = Device(), Speech(60), opuslib.Decoder(RATE_HZ, 1)
    apart = 0
    for place in range(0, len(SWELLING), FRAME):
        packet = device.sound(SWELLING[place : place + FRAME].tobytes())
        they_heard = array("h", theirs.decode(packet, FRAME))
        (heard,) = ours.take(Packet(packet), place + FRAME)
        pairs = zip(they_heard, array("h", heard.samples), strict=True)
        apart = max(apart, *(abs(a - b) for a, b in pairs))
    assert apart <= 2


def test_another_sdk_shows_and_plays_an_answer() -> None:
    from xiaozhi_sdk.core import XiaoZhiWebsocket  # noqa: PLC0415 (see `is_there`)

    told: list[Mapping[str, Any]] = []
    played = array("h")

    async def use(ends: Ends) -> None:
        async def keep(message: Mapping[str, Any]) -> None:
            told.append(message)

        sdk = XiaoZhiWebsocket(keep, ota_url=ends.asks, audio_sample_rate=RATE_HZ)
        assert await sdk.init_connection("aa:bb:cc:dd:ee:ff")
        await sdk.send_audio(bytes(2 * FRAME))
        await ends.until(lambda: bool(ends.brought))
        ends.link.take_answer("In the blue bowl.", goes_on=True, was_cut=False)
        for place in range(0, len(SPOKEN), VOICE_HZ // 50):
            ends.link.take_voice(SPOKEN[place : place + VOICE_HZ // 50].tobytes())
            await asyncio.sleep(0)
        ends.link.take_answer("", goes_on=False, was_cut=False)
        await ends.until(lambda: bool(told) and told[-1].get("state") == "stop")
        played.extend(sample for frame in sdk.output_audio_queue for sample in frame)
        await sdk.close()

    linked(use)
    assert [(each["state"], each.get("text")) for each in told if each["type"] == "tts"] == [
        ("start", None),
        ("sentence_start", "In the blue bowl."),
        ("stop", None),
    ]
    assert len(played) == pytest.approx(len(SPOKEN) * RATE_HZ / VOICE_HZ, abs=FRAME)  # it resamples
    loud = [math.sqrt(sum(s * s for s in sound) / len(sound)) for sound in (played, SPOKEN)]
    assert loud[0] == pytest.approx(loud[1], rel=0.1)
