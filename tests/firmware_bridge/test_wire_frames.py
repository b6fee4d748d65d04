"""A frame survives any cutting; what breaks the table is refused before it is believed."""

import random
from pathlib import Path

import pytest

from firmware_bridge import frames
from firmware_bridge.frames import (
    HEADER,
    AskTime,
    BadFrame,
    Battery,
    Body,
    Bye,
    Credit,
    Decoder,
    Frame,
    Gaze,
    Hello,
    Mute,
    Photo,
    Refused,
    Sound,
    Time,
    Welcome,
    encode,
)

TOKEN = bytes(range(32))
BODIES: tuple[Body, ...] = (
    Hello(frames.HEARS | frames.SEES, TOKEN, "Anna's glasses"),
    Sound(bytes(640)),
    Photo(b"\xff\xd8 a picture"),
    Gaze((500, 1000)),
    Gaze(None),
    Battery(71, is_charging=True),
    Mute(),
    Time(1 << 40),
    Bye(),
    Welcome(50, 1),
    Credit(10, 0),
    AskTime(7),
    Refused("this is not a wearable that was paired"),
)
STREAM = b"".join(encode(body, sequence=n, at=320 * n) for n, body in enumerate(BODIES))
MADE = [Frame(body, n, 320 * n) for n, body in enumerate(BODIES)]


def test_frames_come_out_as_they_went_in_byte_by_byte() -> None:
    decoder = Decoder()
    assert [frame for byte in STREAM for frame in decoder.feed(bytes([byte]))] == MADE


def test_frames_come_out_of_one_piece_and_of_any_pieces() -> None:
    assert list(Decoder().feed(STREAM)) == MADE
    chance = random.Random(8)  # noqa: S311 (no secret)
    for _ in range(50):
        decoder, found, place = Decoder(), [], 0
        while place < len(STREAM):
            size = chance.randrange(1, 400)
            found += decoder.feed(STREAM[place : place + size])
            place += size
        assert found == MADE


def head(kind: int, version: int, zero: int, length: int, at: int = 0) -> bytes:
    return HEADER.pack(kind, version, zero, length, 0, at)


@pytest.mark.parametrize(
    "broken",
    [
        head(0, 1, 0, 0),
        head(9, 1, 0, 0),
        head(frames.BYE, 2, 0, 0),
        head(frames.BYE, 1, 1, 0),
        head(frames.BYE, 1, 0, 1),
        head(frames.SOUND, 1, 0, 0),
        head(frames.SOUND, 1, 0, 2 * frames.MOST_SOUND_SAMPLES + 1),
        head(frames.PHOTO, 1, 0, frames.MOST_PHOTO_BYTES + 1),
        head(frames.BYE, 1, 0, 0, frames.MOST_POSITION),
        head(frames.SOUND, 1, 0, 3) + b"abc",
        head(frames.GAZE, 1, 0, 4) + b"\xe9\x03\x00\x00",
        head(frames.BATTERY, 1, 0, 2) + b"\x65\x00",
        head(frames.HELLO, 1, 0, 37) + bytes(36) + b"\xff",
        head(frames.HELLO, 1, 0, 37) + bytes(36) + b"\n",
    ],
)
def test_what_breaks_the_table_is_refused_as_soon_as_it_is_seen(broken: bytes) -> None:
    with pytest.raises(BadFrame):
        list(Decoder().feed(broken))


def test_garbage_is_refused_and_never_kept() -> None:
    chance = random.Random(9)  # noqa: S311 (no secret)
    for _ in range(2000):
        decoder = Decoder()
        try:
            for _ in range(8):
                list(decoder.feed(chance.randbytes(chance.randrange(1, 200))))
        except BadFrame:
            pass
        assert len(decoder._rest) <= HEADER.size + frames.MOST_PHOTO_BYTES


def test_a_token_is_compared_whole() -> None:
    hello = Hello(frames.HEARS, TOKEN)
    assert hello.is_paired(TOKEN)
    assert not hello.is_paired(TOKEN[:-1] + b"x")


def test_the_pages_example_is_what_a_firmware_would_send() -> None:
    page = (Path(frames.__file__).parent / "PROTOCOL.md").read_text("utf-8")
    (example,) = [part for part in page.split("```")[1::2] if part.strip().startswith("01 01")]
    assert encode(Hello(3, TOKEN, "a"), sequence=0, at=0) == bytes.fromhex(example)
