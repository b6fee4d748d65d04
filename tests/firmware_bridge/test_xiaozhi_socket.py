"""A xiaozhi device's one port, by another library's clients: each secret opens its door alone."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

pytest.importorskip("opuslib_next", reason="UNCHECKED: pip install offrecord[wearables]")

from clock_ahead import put_forward
from xiaozhi_ends import Ends, linked

from firmware_bridge import xiaozhi, xiaozhi_socket
from firmware_bridge.session import Gone, Heard, Pictured, Quiet
from firmware_bridge.websocket import HELLO_WITHIN_S
from firmware_bridge.xiaozhi_camera import MOST_POST_BYTES
from firmware_bridge.xiaozhi_emulator import FORM, FRAME_SAMPLES, Device
from firmware_bridge.xiaozhi_socket import NAME

FRAME = bytes(2 * FRAME_SAMPLES)
JPEG = b"\xff\xd8" + bytes(range(256)) * 40


def test_only_who_knows_the_address_is_told_where_to_connect() -> None:
    async def use(ends: Ends) -> None:
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{ends.asks}?version=3", json={"mac": "x" * 3000}) as told:
                answer = await told.json()
            async with session.post(ends.asks, data=bytes(100_000)) as refused:
                assert refused.status == 400
            async with session.post(ends.asks[:-2]) as refused:
                assert refused.status == 404
            async with session.get(ends.asks) as refused:
                assert refused.status == 404
            async with session.post(ends.asks, headers={"Origin": "http://x"}) as refused:
                assert refused.status == 403
        assert answer["websocket"]["url"] == ends.address
        assert answer["websocket"]["version"] == 3
        assert f"Bearer {answer['websocket']['token']}" == ends.key["Authorization"]

    assert linked(use).brought == []


@pytest.mark.parametrize("key", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer ü"}])
def test_nobody_connects_without_the_token(key: dict[str, str]) -> None:
    async def use(ends: Ends) -> None:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(ends.address, headers=key)
            assert refused.value.status == 401

    assert linked(use).brought == []


def test_it_is_heard_and_shown_what_was_heard() -> None:
    device = Device(3)

    async def use(ends: Ends) -> None:
        async with aiohttp.ClientSession() as session:  # noqa: SIM117 (what is in is what counts)
            async with ends.connected(session, device) as connection:
                await connection.send_str(device.listen("start"))
                await connection.send_bytes(device.sound(FRAME))
                await ends.until(lambda: len(ends.wanted) == 1)
                ends.link.take_words("said before it came", 0, 600, is_other=False)
                ends.link.take_words("hello", 16_000, 17_000, is_other=True)
                device.hear((await connection.receive()).data)
                assert ends.link.standing
                assert ends.link.standing.is_connected
                await connection.send_str(device.listen("stop"))
                await ends.until(lambda: Gone() in ends.brought)
        await ends.until(lambda: not ends.link.is_connected)

    ends = linked(use)
    assert device.shown == ["hello"]
    first, *others = ends.brought
    assert isinstance(first, Heard)
    assert (len(first.samples), first.start) == (len(FRAME), 16_000 - FRAME_SAMPLES)
    assert others == [Gone(), Gone()]
    assert ends.wanted == [(NAME, 16_000 - FRAME_SAMPLES), ("", 0)]


def test_an_answer_is_shown_and_played_in_its_order_and_abort_tells_us() -> None:
    device = Device(2)

    async def use(ends: Ends) -> None:
        async with aiohttp.ClientSession() as session:  # noqa: SIM117 (what is in is what counts)
            async with ends.connected(session, device) as connection:
                ends.link.take_answer("In the blue bowl.", goes_on=True, was_cut=False)
                for _ in range(9):
                    ends.link.take_voice(bytes(960))
                await asyncio.sleep(0)
                ends.link.take_answer("", goes_on=False, was_cut=False)
                while not device.said or device.is_spoken_to:
                    message = await connection.receive()
                    if message.type is aiohttp.WSMsgType.BINARY:
                        device.play(message.data)
                    else:
                        device.hear(message.data)
                await connection.send_str(device.abort())
                await ends.until(lambda: Quiet() in ends.brought)

    linked(use)
    assert device.said == ["In the blue bowl."]
    assert (len(device.played), device.dropped) == (3 * 2880, 0)


async def byte_by_byte(form: bytes) -> AsyncIterator[bytes]:
    for place in range(len(form)):
        yield form[place : place + 1]


def test_a_photo_comes_once_for_each_time_it_is_wanted_in_any_pieces() -> None:
    device = Device()

    async def post(session: aiohttp.ClientSession, token: str, form: object) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        if not isinstance(form, aiohttp.FormData):
            headers["Content-Type"] = FORM
        async with session.post(device.vision["url"], data=form, headers=headers) as answer:
            assert answer.status != 200 or (await answer.json())["response"] == "seen"
            return answer.status

    async def use(ends: Ends) -> None:
        async with aiohttp.ClientSession() as session:  # noqa: SIM117 (what is in is what counts)
            async with ends.connected(session, device) as connection:
                token = device.vision["token"]
                assert await post(session, "", device.posted(JPEG)) == 401
                assert await post(session, token, byte_by_byte(device.posted(JPEG[:900]))) == 200
                assert await post(session, token, device.posted(JPEG)) == 401
                await connection.send_str(device.seen("seen"))
                await ends.link.photo_done()
                while not device.photos_wanted:
                    device.hear((await connection.receive()).data)
                theirs = aiohttp.FormData({"question": "What?"})  # another library's form
                theirs.add_field("file", JPEG, filename="camera.jpg", content_type="image/jpeg")
                assert await post(session, device.vision["token"], theirs) == 200

    ends = linked(use)
    assert ends.brought == [Pictured(JPEG[:900], 16_000), Pictured(JPEG, 16_000), Gone()]


@pytest.mark.parametrize(
    ("form", "status"), [(b"none", 400), (bytes(MOST_POST_BYTES + 1), 400), (None, 408)]
)
def test_a_form_that_is_none_or_too_long_or_too_slow_is_refused(
    form: bytes | None, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xiaozhi_socket, "POSTED_WITHIN_S", 0.05 if form is None else 20)
    device = Device()

    async def waits() -> AsyncIterator[bytes]:
        yield b"--"
        await asyncio.sleep(1)

    async def use(ends: Ends) -> None:
        async with aiohttp.ClientSession() as session:  # noqa: SIM117 (what is in is what counts)
            async with ends.connected(session, device):
                key = f"Bearer {device.vision['token']}"
                headers = {"Authorization": key, "Content-Type": FORM}
                sent = waits() if form is None else form
                async with session.post(
                    device.vision["url"], data=sent, headers=headers
                ) as refused:
                    assert refused.status == status

    assert linked(use).brought == [Gone()]


def test_a_form_that_is_cut_off_or_garbled_brings_nothing_and_the_next_one_comes() -> None:
    device = Device()

    async def raw(ends: Ends, token: str, chunks: bytes) -> None:
        host, _, port = ends.host.partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            f"POST {xiaozhi.PHOTO_PATH} HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
            + chunks
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def use(ends: Ends) -> None:
        async with aiohttp.ClientSession() as session:
            for chunks in (b"10\r\nshort", b"zz\r\n", b"ffffffffffffffffffff\r\nx"):
                device.photos_wanted.clear()
                async with ends.connected(session, device):
                    await raw(ends, device.vision["token"], chunks)
                    await asyncio.sleep(0.02)
            async with ends.connected(session, device):
                pass

    assert {type(each) for each in linked(use).brought} <= {Gone}


def test_who_comes_later_takes_the_place_and_one_hundred_disconnects_leave_nothing() -> None:
    async def use(ends: Ends) -> None:
        device = Device()
        async with aiohttp.ClientSession() as session:
            older = await session.ws_connect(ends.address, headers=ends.key)
            await older.send_str(device.hello())
            for times in range(1, 101):
                newer = await session.ws_connect(ends.address, headers=ends.key)
                await newer.send_str(device.hello())
                await newer.send_str(device.listen("start"))
                await newer.send_bytes(device.sound(FRAME))
                await ends.until(
                    lambda many=times: sum(isinstance(e, Heard) for e in ends.brought) == many
                )
                await newer.close()
                await ends.until(lambda: not ends.link.is_connected)
            while (await older.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
            assert older.closed

    ends = linked(use)
    assert sum(isinstance(each, Heard) for each in ends.brought) == 100
    assert len(ends.wanted) == 201


def test_who_is_not_understood_reads_why_and_who_says_nothing_is_let_go() -> None:
    device = Device()

    async def use(ends: Ends) -> None:
        async with aiohttp.ClientSession() as session:
            wrong = await session.ws_connect(ends.address, headers=ends.key)
            await wrong.send_str('{"type":"hello","audio_params":{"format":"pcm"}}')
            device.hear((await wrong.receive()).data)
            assert (await wrong.receive()).type is aiohttp.WSMsgType.CLOSE
            silent = await session.ws_connect(ends.address, headers=ends.key)
            put_forward(HELLO_WITHIN_S)
            assert (await silent.receive()).type in {
                aiohttp.WSMsgType.CLOSED,
                aiohttp.WSMsgType.ERROR,
            }
            await wrong.close()

    assert linked(use).brought == []
    assert device.alerts == ["only Opus is understood here"]


def test_a_device_that_reads_nothing_costs_little_and_a_long_message_ends_it() -> None:
    device = Device()

    async def use(ends: Ends) -> None:
        async with aiohttp.ClientSession() as session:  # noqa: SIM117 (what is in is what counts)
            async with ends.connected(session, device) as connection:
                await connection.send_str(device.listen("start"))
                await connection.send_bytes(device.sound(FRAME))
                await ends.read_nothing(connection, xiaozhi.MOST_MESSAGE_BYTES)

    linked(use)


def test_a_device_that_hears_nothing_is_told_that_we_are_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xiaozhi_socket, "RENEW_EVERY_S", 0.02)
    monkeypatch.setattr(xiaozhi_socket, "KEEP_ALIVE_S", 0.02)
    device = Device()

    async def use(ends: Ends) -> None:
        async with aiohttp.ClientSession() as session:  # noqa: SIM117 (what is in is what counts)
            async with ends.connected(session, device) as connection:
                for _ in range(3):
                    assert "notifications" in (await connection.receive()).data
                ends.now += 320_000  # and the photo that did not come is asked for again
                while len(device.photos_wanted) < 2:
                    device.hear((await connection.receive()).data)

    linked(use)
