"""A board on a wire that does not exist: the emulator's firmware at one end of a pair of terminals.

`Board` is plugged in and pulled out; while it is in, `carry` plays as `emulator.carry` does, and
bits are turned on the way besides. A path leads to the other end, as /dev/ttyACM0 would.
"""

import asyncio
import contextlib
import os
import tty
from pathlib import Path
from typing import Final

from firmware_bridge.emulator import Faults, Firmware, Media, Turned, Way, played
from firmware_bridge.frames import Bye
from firmware_bridge.packets import Unpacker, line_bytes, packet

HELLO_EVERY_S: Final = 1.0
READ_BYTES: Final = 4096
MOST_WAITING_BYTES: Final = 1 << 16
"""What a board would hold of sound and photos while the line is busy."""


class Board:
    """The wearable's end of a line. Its firmware's token is zeros: the wire is its pairing."""

    def __init__(self, path: Path, firmware: Firmware, faults: Faults | None = None) -> None:
        self.firmware = firmware
        self.way = Way(faults or Faults())
        self._path = path
        self._line = self._other = -1
        self._unpacker = Unpacker()
        self._outbox = bytearray()
        self.welcomed, self._has_room = asyncio.Event(), asyncio.Event()
        """Whether the bridge has let it in; whether more can be sent."""
        self._greeting: asyncio.Task[None] | None = None
        self._has_parted = False
        """Whether it said goodbye: then it answers nobody, who would ask it for its hello."""

    def plug_in(self) -> None:
        """Be there, and say hello until somebody answers."""
        self._has_parted = False
        self._line, self._other = os.openpty()
        tty.setraw(self._other)
        os.set_blocking(self._line, False)
        self._path.unlink(missing_ok=True)
        self._path.symlink_to(os.ttyname(self._other))
        loop = asyncio.get_running_loop()
        loop.add_reader(self._line, self._read)
        self._greeting = loop.create_task(self._greet())

    def pull_out(self) -> None:
        """Be gone, in the middle of whatever it is."""
        if self._greeting:
            self._greeting.cancel()
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._line)
        loop.remove_writer(self._line)
        self._path.unlink()
        os.close(self._line)
        os.close(self._other)
        self._outbox.clear()
        self.welcomed.clear()

    async def carry(self, media: Media) -> None:
        """Wait for the welcome, play it all at its own pace, say goodbye."""
        await self.welcomed.wait()
        async for frame in played(self.firmware, media):
            for arrived in self.way.send(frame):
                self.put(self.way.damage(packet(arrived)))
            await self._has_room.wait()
        for arrived in self.way.rest():
            self.put(packet(arrived))
        self._has_parted = True
        self.put(packet(self.firmware.frame(Bye())))
        while self._outbox:
            await self._has_room.wait()
            await asyncio.sleep(0)

    async def _greet(self) -> None:
        while True:
            if not (self.welcomed.is_set() or self._has_parted):
                self.put(line_bytes(self.firmware.hello()))
            await asyncio.sleep(HELLO_EVERY_S)

    def _read(self) -> None:
        piece = os.read(self._line, READ_BYTES)
        if self._has_parted:
            return
        try:
            for frame in self._unpacker.feed(piece):
                for answer in self.firmware.answer(frame):
                    self.put(packet(answer))
        except Turned:  # it says hello again, in a second at most
            self.welcomed.clear()
            self.firmware.sounds = self.firmware.photos = 0
        if self.firmware.most_sounds and self.firmware.sounds:
            self.welcomed.set()

    def put(self, data: bytes) -> None:
        """Send bytes: a packet, or what a board says of itself as it starts."""
        self._outbox += data
        self._write()

    def _write(self) -> None:
        with contextlib.suppress(BlockingIOError):
            del self._outbox[: os.write(self._line, self._outbox)]
        loop = asyncio.get_running_loop()
        if self._outbox:
            loop.add_writer(self._line, self._write)
        else:
            loop.remove_writer(self._line)
        if len(self._outbox) < MOST_WAITING_BYTES:
            self._has_room.set()
        else:
            self._has_room.clear()
