"""A board on a wire: it is heard through faults, counted exactly, and may go and come back."""

import asyncio
import os
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware_bridge import bodies, emulator_serial, frames, serial, tty
from firmware_bridge.adpcm import Packer
from firmware_bridge.emulator import Faults, Firmware, Media, played
from firmware_bridge.emulator_serial import Board
from firmware_bridge.links import Brought, Lost, Standing, Terms
from firmware_bridge.packets import line_bytes, packet
from firmware_bridge.serial import Link
from firmware_bridge.session import Gone, Heard, Pictured

SOUND = struct.pack("<8000h", *(n % 251 * 100 for n in range(8000)))
"""Half a second."""
JPEG = b"\xff\xd8" + bytes(range(256)) * 40


@dataclass
class Wire:
    """A board, the link at the other end of its line, and what that has brought."""

    board: Board
    link: Link
    brought: list[Brought]

    async def play(self) -> None:
        await self.board.carry(Media(SOUND, [JPEG]))
        await until(lambda: bool(self.link.standing and not self.link.standing.is_connected))


Use = Callable[[Wire], Awaitable[None]]


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 (nobody tells)
        await asyncio.sleep(0.005)


def board_at(folder: Path, faults: Faults | None = None, packer: Packer | None = None) -> Board:
    return Board(folder / "line", Firmware(serial.TOKEN, packer=packer, part_bytes=700), faults)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serial, "RENEW_EVERY_S", 0.1)
    monkeypatch.setattr(serial, "BETWEEN_REFUSALS_S", 0.0)
    monkeypatch.setattr(emulator_serial, "HELLO_EVERY_S", 0.05)


def linked(board: Board, use: Use) -> tuple[list[Brought], Standing]:
    """Plug a board in, open its line, use both; return what came, and how it stood in the end."""
    brought: list[Brought] = []

    async def live() -> Standing:
        board.plug_in()
        line = tty.opened(str(board._path), 115_200)
        loop = asyncio.get_running_loop()
        now = round(loop.time() * 16_000)
        link = Link(Terms(lambda: round(loop.time() * 16_000) - now, brought.append), line)
        serving = asyncio.create_task(link.serve())
        await asyncio.wait_for(use(Wire(board, link, brought)), 60)
        standing = link.standing
        board.pull_out()
        with pytest.raises(Lost):
            await asyncio.wait_for(serving, 5)
        os.close(line)
        assert standing
        return standing

    return brought, asyncio.run(live())


def sound_in(brought: list[Brought]) -> bytes:
    return b"".join(each.samples for each in brought if isinstance(each, Heard))


def test_sound_and_a_photo_in_pieces_arrive_as_they_were_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serial, "RENEW_EVERY_S", 20.0)  # a photo is late, and none asked for anew
    brought, standing = linked(board_at(tmp_path), Wire.play)
    assert sound_in(brought) == SOUND
    assert [each.jpeg for each in brought if isinstance(each, Pictured)] == [JPEG]
    assert standing == Standing("emulator", is_connected=False)
    assert isinstance(brought[-1], Gone)


def test_packed_sound_arrives_nearly_so(tmp_path: Path) -> None:
    brought, _ = linked(board_at(tmp_path, packer=Packer()), Wire.play)
    heard = sound_in(brought)
    assert len(heard) == len(SOUND)
    pairs = zip(struct.unpack("<8000h", heard), struct.unpack("<8000h", SOUND), strict=True)
    assert sum(abs(a - b) for a, b in pairs) / 8000 < 1000


def test_what_is_lost_and_damaged_is_counted_exactly(tmp_path: Path) -> None:
    board = board_at(tmp_path, Faults(lost=0.1, late=0.05, damaged=0.1, seed=4))
    _, standing = linked(board, Wire.play)
    assert board.way.lost > 0 < board.way.damaged
    assert standing.lost == board.way.lost + board.way.damaged
    assert standing.damaged >= board.way.damaged  # a zero in the middle makes two of one
    assert board.firmware.left_out == 0


def test_a_line_that_loses_much_never_stalls(tmp_path: Path) -> None:
    board = board_at(tmp_path, Faults(lost=0.6, seed=2))

    async def use(wire: Wire) -> None:
        await board.welcomed.wait()
        for _ in range(4):  # 100 frames of sound, of which 60 are lost: the credit is 50
            async for frame in played(board.firmware, Media(SOUND)):
                for arrived in board.way.send(frame):
                    board.put(packet(arrived))
        assert board.firmware.left_out == 0
        assert wire.link.standing
        assert wire.link.standing.lost > 40

    linked(board, use)


def test_a_photo_that_lost_a_piece_is_followed_by_another(tmp_path: Path) -> None:
    board = board_at(tmp_path)

    async def use(wire: Wire) -> None:
        await board.welcomed.wait()
        *pieces, last = board.firmware.photo(JPEG, 0)
        for piece in pieces:
            board.put(packet(piece))
        assert last
        await until(lambda: board.firmware.photos == 1)
        for piece in board.firmware.photo(JPEG, 16):
            board.put(packet(piece))
        await until(lambda: any(isinstance(each, Pictured) for each in wire.brought))

    linked(board, use)


def test_a_hundred_restarts_of_the_board_stall_nothing(tmp_path: Path) -> None:
    board = board_at(tmp_path)

    async def use(wire: Wire) -> None:
        await board.welcomed.wait()
        for _ in range(100):
            board.firmware = Firmware(serial.TOKEN)
            board.put(b"ESP-ROM:esp32s3\r\n" + line_bytes(board.firmware.hello()))
            await until(lambda: board.firmware.sounds > 0)
            board.put(packet(board.firmware.sound(SOUND[:640], 0) or b""))
        await until(lambda: sum(isinstance(each, Heard) for each in wire.brought) == 100)

    brought, _ = linked(board, use)
    assert sound_in(brought) == SOUND[:640] * 100
    assert sum(isinstance(each, Gone) for each in brought) >= 100


def test_a_board_that_was_there_before_us_is_asked_for_its_hello(tmp_path: Path) -> None:
    async def use(wire: Wire) -> None:
        board = wire.board
        await board.welcomed.wait()
        wire.link._session = None  # as of a bridge that was just started
        board.put(packet(board.firmware.frame(bodies.Battery(50, is_charging=False))))
        await until(lambda: wire.link._session is not None)
        await wire.play()

    brought, _ = linked(board_at(tmp_path), use)
    assert sound_in(brought) == SOUND


def test_who_breaks_the_table_is_out_until_its_next_hello(tmp_path: Path) -> None:
    async def use(wire: Wire) -> None:
        await wire.board.welcomed.wait()
        wire.board.put(packet(frames.HEADER.pack(99, 1, 0, 0, 0, 0)))
        await until(lambda: Gone() in wire.brought)
        await until(lambda: not wire.board.welcomed.is_set())
        await wire.play()

    brought, _ = linked(board_at(tmp_path), use)
    assert sound_in(brought) == SOUND


def test_a_board_that_falls_silent_counts_as_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serial, "SILENT_AFTER_S", 0.2)

    async def use(wire: Wire) -> None:
        await wire.board.welcomed.wait()
        asyncio.get_running_loop().remove_reader(wire.board._line)
        await until(lambda: Gone() in wire.brought)

    linked(board_at(tmp_path), use)


def test_battery_motion_and_gaze_are_told(tmp_path: Path) -> None:
    async def use(wire: Wire) -> None:
        await wire.board.welcomed.wait()
        told = (bodies.Battery(40, is_charging=True), bodies.Moves("riding"), bodies.Gaze((1, 2)))
        for body in told:
            wire.board.put(packet(wire.board.firmware.frame(body)))
        await until(lambda: bodies.Gaze((1, 2)) in wire.brought)

    _, standing = linked(board_at(tmp_path), use)
    assert (standing.battery_percent, standing.motion) == (40, "riding")


def test_what_is_no_serial_line_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "nothing"):
        with pytest.raises(OSError, match=r"file|ioctl"):
            tty.opened(str(path), 115_200)
