"""A board in C that was given the chamber's key: the bridge has boxes, the chamber the sound."""

import asyncio
import os
import random
import shutil
import subprocess
import tty
from pathlib import Path

import pytest

from firmware_bridge import adpcm, hpke
from firmware_bridge.links import Brought, Terms
from firmware_bridge.serial import Link
from firmware_bridge.session import Closed, Gone, Heard, Pictured

C = Path("firmware_bridge/c")
CHAMBER_KEY = bytes(range(32))
PUBLIC_KEY = hpke.public_of(CHAMBER_KEY).hex()
SOUND = random.Random(8).randbytes(640 * 15)  # noqa: S311 (no secret)
JPEG = b"\xff\xd8" + bytes(range(256)) * 8


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the program and what it plays."""
    if not shutil.which("gcc"):
        pytest.skip("UNCHECKED: no C compiler here: apt install gcc libc6-dev")
    if not Path("/usr/include/psa").is_dir():
        pytest.skip("UNCHECKED: no PSA Crypto here: apt install libmbedtls-dev")
    folder = tmp_path_factory.mktemp("board")
    sources = [C / "board_on_linux.c", *C.glob("offrecord_*.c")]
    command: list[str | Path] = ["gcc", "-std=c99", "-Wall", "-Werror", *sources, "-lmbedcrypto"]
    subprocess.run([*command, "-o", folder / "board"], check=True)
    (folder / "sound.raw").write_bytes(SOUND)
    (folder / "photo.jpg").write_bytes(JPEG)
    return folder


def played(folder: Path, *options: str) -> list[Brought]:
    """Return what a link brings of the board, until it has said goodbye."""
    brought: list[Brought] = []

    async def play() -> None:
        gone = asyncio.Event()

        def take(each: Brought) -> None:
            brought.append(each)
            if isinstance(each, Gone):
                gone.set()

        line, other = os.openpty()
        tty.setraw(other)
        os.set_blocking(line, False)
        loop = asyncio.get_running_loop()
        link = Link(Terms(lambda: round(loop.time() * 16_000), take), line)
        serving = asyncio.create_task(link.serve())
        program = await asyncio.create_subprocess_exec(
            *("./board", os.ttyname(other), "sound.raw", "photo.jpg", *options), cwd=folder
        )
        assert await program.wait() == 0
        await gone.wait()
        serving.cancel()
        await asyncio.wait([serving])
        os.close(other)
        os.close(line)

    asyncio.run(asyncio.wait_for(play(), 60))
    return brought


def closed_in(brought: list[Brought]) -> list[Closed]:
    return [each for each in brought if isinstance(each, Closed)]


def opened(sounds: list[Closed]) -> list[bytes]:
    receiver = hpke.Receiver(CHAMBER_KEY)
    return [receiver.open(each.encapsulated, each.number, each.known, each.box) for each in sounds]


def test_the_chamber_opens_what_the_bridge_cannot_and_each_start_has_its_pair(board: Path) -> None:
    once, packed = (played(board, "--key", PUBLIC_KEY, *more) for more in ([], ["packed"]))
    assert not any(isinstance(each, Heard) for each in once + packed)
    assert JPEG in [each.jpeg for each in once if isinstance(each, Pictured)]
    assert b"".join(opened(closed_in(once))) == SOUND
    packer = adpcm.Packer()
    blocks = [packer.pack(SOUND[n : n + 640]) for n in range(0, len(SOUND), 640)]
    assert opened(closed_in(packed)) == blocks
    assert [each.samples for each in closed_in(once + packed)] == [320] * 30
    assert len({each.encapsulated for each in closed_in(once + packed)}) == 2


@pytest.mark.parametrize("key", ["", "12", f"{PUBLIC_KEY}00", "x" * 64, "00" * 32])
def test_what_is_no_key_is_one_sentence(board: Path, key: str) -> None:
    ran = subprocess.run(
        ["./board", "/dev/null", "sound.raw", "photo.jpg", "--key", key],
        cwd=board,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stderr == "--key: this is no key; take the 64 digits that `offrecord run` prints\n"
