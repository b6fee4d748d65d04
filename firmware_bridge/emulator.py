"""A wearable that does not exist: it speaks the other side of the WebSocket link, with faults.

`Firmware` is the protocol without I/O, as a board would have it: it numbers frames, keeps to its
credit, and answers what it is asked. `carry` plays a sound and photos through a real connection;
`emulator_serial.py` does so through a line.
"""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from firmware_bridge import frames
from firmware_bridge.adpcm import Packer
from firmware_bridge.frames import (
    PACKED_SOUND,
    SOUND,
    AskTime,
    Body,
    Bye,
    Credit,
    Decoder,
    EncryptedSound,
    Frame,
    Hello,
    PackedSound,
    Photo,
    PhotoPart,
    Refused,
    Sound,
    Time,
    Welcome,
    known_bytes,
)
from firmware_bridge.hpke import Sender

FRAME_SAMPLES: Final = 320
RATE_HZ: Final = 16_000
PARTS_AT_ONCE: Final = 4
"""Of a photo; then sound goes on."""
HELD_BACK: Final = 3
"""Frames after which one that was reordered is sent."""


class Turned(ConnectionError):
    """The bridge did not let us in; its reason."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong on the way: the shares of frames that are lost, sent twice, sent late."""

    lost: float = 0.0
    twice: float = 0.0
    late: float = 0.0
    damaged: float = 0.0
    """Of those that arrive on a line, with one bit turned."""
    seed: int = 1


@dataclass(slots=True)
class Firmware:
    """The wearable's half of one connection."""

    token: bytes = field(repr=False)
    name: str = "emulator"
    clock: int = 0
    """Samples since it was switched on."""
    sounds: int = 0
    photos: int = 0
    """Credit."""
    left_out: int = 0
    """Frames for which there was no credit."""
    made: int = 0
    most_sounds: int = 0
    most_photos: int = 0
    """Credit that the welcome gave: more is not kept."""
    packer: Packer | None = None
    """Makes sound small, for a slow line."""
    sender: Sender | None = None
    """Encrypts sound to the chamber."""
    part_bytes: int = 0
    """Of a photo that goes in pieces; 0: it goes whole."""
    _decoder: Decoder = field(default_factory=Decoder)

    def hello(self) -> bytes:
        """Return the first frame."""
        can = frames.HEARS | frames.SEES | frames.GAZES | frames.HAS_BATTERY | frames.HAS_BUTTON
        if not self.sender:
            return self.frame(Hello(can, self.token, self.name))
        key = self.sender.encapsulated
        return self.frame(Hello(can | frames.ENCRYPTS, self.token, self.name, key))

    def sound(self, samples: bytes, at: int) -> bytes | None:
        """Return a frame of sound; None where it has to be left out."""
        has_credit = self.sounds > 0
        self.sounds -= has_credit
        plain = PackedSound(self.packer.pack(samples)) if self.packer else Sound(samples)
        body = self._encrypted(self.sender, plain, at) if self.sender else plain
        return self._if_credit(body, at, has_credit=has_credit)

    def _encrypted(self, sender: Sender, body: Sound | PackedSound, at: int) -> EncryptedSound:
        if isinstance(body, PackedSound):
            kind, plain = PACKED_SOUND, body.block
        else:
            kind, plain = SOUND, body.samples
        known = known_bytes(kind, len(plain), sequence=self.made, at=at)
        return EncryptedSound(kind, sender.seal(self.made, known, plain))

    def photo(self, jpeg: bytes, at: int) -> Iterator[bytes]:
        """Yield the frames of a photo; none where none is wanted yet, which is no loss."""
        if not self.photos:
            return
        self.photos -= 1
        if not self.part_bytes:
            yield self.frame(Photo(jpeg), at)
            return
        for offset in range(0, len(jpeg), self.part_bytes):
            piece = jpeg[offset : offset + self.part_bytes]
            yield self.frame(PhotoPart(len(jpeg), offset, piece), at)

    def frame(self, body: Body, at: int | None = None) -> bytes:
        """Return the next frame."""
        self.made += 1
        return frames.encode(body, sequence=self.made - 1, at=self.clock if at is None else at)

    def _if_credit(self, body: Body, at: int, *, has_credit: bool) -> bytes | None:
        made = self.frame(body, at)
        self.left_out += not has_credit
        return made if has_credit else None

    def hear(self, piece: bytes) -> Iterator[bytes]:
        """Take what the bridge says; yield the answers. Raises Turned."""
        for frame in self._decoder.feed(piece):
            yield from self.answer(frame)

    def answer(self, frame: Frame) -> Iterator[bytes]:
        """Take one frame of the bridge; yield the answers. Raises Turned."""
        match frame.body:
            case Welcome(sounds=sounds, photos=photos):
                self.sounds, self.photos = self.most_sounds, self.most_photos = sounds, photos
            case Credit(sounds=sounds, photos=photos):
                self.sounds = min(self.most_sounds, self.sounds + sounds)
                self.photos = min(self.most_photos, self.photos + photos)
            case AskTime(number=number):
                yield self.frame(Time(number))
            case Refused(reason=reason):
                raise Turned(reason)
            case _:
                pass


class Way:
    """A way on which frames are lost, doubled and overtaken, the same ones each time."""

    def __init__(self, faults: Faults) -> None:
        self._faults, self._chance = faults, random.Random(faults.seed)  # noqa: S311 (no secret)
        self._held: list[tuple[int, bytes]] = []
        self.lost = self.twice = self.late = self.damaged = 0

    def send(self, frame: bytes) -> list[bytes]:
        """Return what arrives when this is sent."""
        self._held = [(left - 1, held) for left, held in self._held]
        arrived = [held for left, held in self._held if left <= 0]
        self._held = [(left, held) for left, held in self._held if left > 0]
        drawn = self._chance.random()
        if drawn < self._faults.lost:
            self.lost += 1
        elif drawn < self._faults.lost + self._faults.twice:
            self.twice += 1
            arrived += [frame, frame]
        elif drawn < self._faults.lost + self._faults.twice + self._faults.late:
            self.late += 1
            self._held.append((HELD_BACK, frame))
        else:
            arrived.append(frame)
        return arrived

    def damage(self, packet: bytes) -> bytes:
        """Return what comes of a packet that was sent; the zero that ends it always does."""
        if self._chance.random() >= self._faults.damaged:
            return packet
        self.damaged += 1
        turned = bytearray(packet)
        turned[self._chance.randrange(len(packet) - 1)] ^= 1 << self._chance.randrange(8)
        return bytes(turned)

    def rest(self) -> list[bytes]:
        """Return what is still on its way."""
        held, self._held = [frame for _, frame in self._held], []
        return held


@dataclass(frozen=True, slots=True)
class Media:
    """What is played: int16 little-endian mono samples at 16 kHz, and JPEG files in turn."""

    sound: bytes
    photos: Sequence[bytes] = ()


async def carry(
    address: str, firmware: Firmware, media: Media, faults: Faults | None = None
) -> Way:
    """Connect, play it all at its own pace, say goodbye. Raises Turned."""
    way = Way(faults or Faults())
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(address, max_msg_size=frames.MOST_PHOTO_BYTES) as connection,
    ):
        await connection.send_bytes(firmware.hello())
        listening = asyncio.create_task(_listen(connection, firmware))
        try:
            async for frame in played(firmware, media):
                if listening.done():
                    break
                for arrived in way.send(frame):
                    await connection.send_bytes(arrived)
            for arrived in way.rest():
                await connection.send_bytes(arrived)
            await connection.send_bytes(firmware.frame(Bye()))
        except ConnectionError:
            pass  # the bridge has closed; why, it has said
        await listening
    return way


async def played(firmware: Firmware, media: Media) -> AsyncIterator[bytes]:
    """Yield frames when their last sample would have been heard."""
    loop = asyncio.get_running_loop()
    begun_s, photos = loop.time(), itertools.cycle(media.photos)
    waiting: Iterator[bytes] = iter(())
    step = 2 * FRAME_SAMPLES
    for place in range(0, len(media.sound), step):
        end = place // 2 + FRAME_SAMPLES
        await asyncio.sleep(max(0.0, begun_s + end / RATE_HZ - loop.time()))
        firmware.clock = end
        if made := firmware.sound(media.sound[place : place + step], place // 2):
            yield made
        sent = 0
        for frame in itertools.islice(waiting, PARTS_AT_ONCE):
            sent += 1
            yield frame
        if sent < PARTS_AT_ONCE and media.photos and firmware.photos:
            waiting = firmware.photo(next(photos), end)


async def _listen(connection: aiohttp.ClientWebSocketResponse, firmware: Firmware) -> None:
    async for message in connection:
        if message.type is aiohttp.WSMsgType.BINARY:
            for answer in firmware.hear(message.data):
                await connection.send_bytes(answer)
