"""The C reference says and hears the same bytes as the Python side: one table holds both."""

import random
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from firmware_bridge import adpcm, bodies, frames
from firmware_bridge.frames import Body
from firmware_bridge.hpke import Receiver, Sender, public_of
from firmware_bridge.packets import Unpacker, packet

FOLDER = Path("firmware_bridge/c")
SOURCES = [FOLDER / f"offrecord_{name}.c" for name in ("link", "packet", "adpcm")]
ENCRYPTION = FOLDER / "offrecord_hpke.c"
CORTEX_M4 = ("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb")
PSA = Path("/usr/include/psa")
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", f"-I{FOLDER}"]
CHAMBER_KEY = bytes(range(32))
OWN_KEY = bytes(range(1, 33))
SENDER = Sender(public_of(CHAMBER_KEY), own=OWN_KEY)


def encrypted(sound: Body, number: int, at: int) -> bodies.EncryptedSound:
    frame = frames.encode(sound, sequence=number, at=at)
    kind, plain = frame[0], frame[frames.HEADER.size :]
    known = frames.known_bytes(kind, len(plain), sequence=number, at=at)
    return bodies.EncryptedSound(kind, SENDER.seal(number, known, plain))


SOUND = bodies.Sound(struct.pack("<6h", 0, 1, -1, 256, -32768, 32767))
PACKED = bodies.PackedSound(
    adpcm.Packer().pack(struct.pack("<6h", 0, 100, -100, 3000, -32768, 32767))
)
BODIES: dict[str, Body] = {
    "hello": bodies.Hello(63, bytes(32), "board"),
    "sound": SOUND,
    "packed": PACKED,
    "part": bodies.PhotoPart(300, 0, bytes(range(256))),
    "last": bodies.PhotoPart(300, 256, b"\xff" * 44),
    "gaze": bodies.Gaze((500, 1000)),
    "nowhere": bodies.Gaze(None),
    "battery": bodies.Battery(71, is_charging=True),
    "motion": bodies.Moves("walking"),
    "mute": bodies.Mute(),
    "time": bodies.Time(16_000),
    "bye": bodies.Bye(),
    "encrypting": bodies.Hello(127, bytes(32), "board", SENDER.encapsulated),
    "encrypted": encrypted(SOUND, 1, 320),
    "encryptedpacked": encrypted(PACKED, 2, 640),
    "welcome": bodies.Welcome(50, 1),
    "asktime": bodies.AskTime(16_000),
    "credit": bodies.Credit(10, 0),
    "refused": bodies.Refused("say hello first"),
}
ENCRYPTS = ("encrypting", "encrypted", "encryptedpacked")
OF_THE_BRIDGE = ("welcome", "asktime", "credit", "refused")


def vectors() -> dict[str, tuple[int, int, str]]:
    lines = (FOLDER / "vectors.txt").read_text("ascii").splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return {name: (int(number), int(at), hexed) for name, number, at, hexed in rows}


def compiled(to: Path, *sources: Path, libraries: tuple[str, ...] = ()) -> Path:
    if not shutil.which("gcc"):
        pytest.skip("UNCHECKED: no C compiler here: apt install gcc libc6-dev")
    subprocess.run(["gcc", *STRICT, *sources, *SOURCES, *libraries, "-o", to], check=True)
    return to


def need_psa() -> None:
    if not PSA.is_dir():
        pytest.skip("UNCHECKED: no PSA Crypto here: apt install libmbedtls-dev")


@pytest.mark.parametrize("name", BODIES)
def test_the_python_side_says_and_hears_the_table(name: str) -> None:
    number, at, hexed = vectors()[name]
    assert packet(frames.encode(BODIES[name], sequence=number, at=at)).hex() == hexed
    (frame,) = Unpacker().feed(bytes.fromhex(hexed))
    assert frame == frames.Frame(BODIES[name], number, at)


def test_a_board_in_c_says_and_hears_the_table(tmp_path: Path) -> None:
    table = vectors()
    program = compiled(tmp_path / "say", Path(__file__).with_name("say_vectors.c"))
    heard = [table[name][2] for name in OF_THE_BRIDGE]
    chance = random.Random(5)  # noqa: S311 (no secret)
    noise = [chance.randbytes(size).replace(b"\0", b"\1").hex() for size in range(1, 400)]
    said = subprocess.run([program, *heard, *noise], check=True, capture_output=True, text=True)
    lines = said.stdout.splitlines()
    own = [name for name in BODIES if name not in OF_THE_BRIDGE + ENCRYPTS]
    assert lines[: len(own)] == ["00" * (name == "hello") + table[name][2] for name in own]
    assert lines[len(own) :] == ["welcome 1 50 1", "credit 50 1", "refused 0 0", "noise 399"]


def test_what_a_board_in_c_encrypts_is_that_of_the_table_and_the_chamber_opens_it(
    tmp_path: Path,
) -> None:
    need_psa()
    source = Path(__file__).with_name("say_encrypted.c")
    program = compiled(tmp_path / "say", source, ENCRYPTION, libraries=("-lmbedcrypto",))
    chance = random.Random(7)  # noqa: S311 (no secret)
    blocks = [chance.randbytes(640) for _ in range(40)]
    keys = [public_of(CHAMBER_KEY).hex(), OWN_KEY.hex()]
    ran = subprocess.run(
        [program, *keys], input=b"".join(blocks), check=True, capture_output=True, timeout=60
    )
    *said, refusals, stream, last = ran.stdout.decode().splitlines()
    table = vectors()
    assert said == ["00" * (name == "encrypting") + table[name][2] for name in ENCRYPTS]
    assert (refusals, last) == ("twice 0 long 0 left out 1", "key 0 sound 0")
    packer = adpcm.Packer()
    sent = [packer.pack(block) if n % 2 else block for n, block in enumerate(blocks)]
    assert opened(bytes.fromhex(stream)) == sent


def opened(stream: bytes) -> list[bytes]:
    """Return what the chamber has of a board's sound."""
    first, *others = Unpacker().feed(stream)
    assert isinstance(first.body, bodies.Hello)
    receiver, found = Receiver(CHAMBER_KEY), []
    for frame in others:
        if isinstance(frame.body, bodies.EncryptedSound):
            kind, box, number = frame.body.kind, frame.body.box, frame.sequence
            plain_bytes = len(box) - frames.TAG_BYTES
            known = frames.known_bytes(kind, plain_bytes, sequence=number, at=frame.at)
            found.append(receiver.open(first.body.encapsulated, number, known, box))
    return found


def test_blocks_of_a_board_in_c_are_those_of_python(tmp_path: Path) -> None:
    main = tmp_path / "pack.c"
    main.write_text(
        '#include <stdio.h>\n#include "offrecord_link.h"\n'
        "int main(void) { struct offrecord_packer p = {0, 0}; int16_t s[320]; uint8_t b[164];\n"
        "while (fread(s, 2, 320, stdin) == 320)\n"
        "  fwrite(b, 1, offrecord_pack(&p, s, 320, b), stdout);\nreturn 0; }\n"
    )
    program = compiled(tmp_path / "pack", main)
    chance = random.Random(6)  # noqa: S311 (no secret)
    loud = [round(chance.gauss(0, 3 ** (n // 3200))) for n in range(32_000)]
    sound = struct.pack("<32000h", *(max(-32768, min(32767, sample)) for sample in loud))
    packed = subprocess.run([program], input=sound, check=True, capture_output=True).stdout
    packer = adpcm.Packer()
    assert packed == b"".join(packer.pack(sound[n : n + 640]) for n in range(0, len(sound), 640))


def for_a_microcontroller(to: Path, *compiler: str, sources: list[Path] = SOURCES) -> None:
    if not shutil.which(compiler[0]):
        packages = "gcc-arm-none-eabi libnewlib-arm-none-eabi" if "arm" in compiler[0] else "gcc"
        pytest.skip(f"UNCHECKED: no {compiler[0]} here: apt install {packages}")
    for source in sources:
        subprocess.run(
            [*compiler, *STRICT, "-Os", "-ffreestanding", "-c", source, "-o", to], check=True
        )


def test_it_compiles_without_a_system_under_it(tmp_path: Path) -> None:
    for_a_microcontroller(tmp_path / "it.o", "gcc")


def test_its_encryption_does_so_too(tmp_path: Path) -> None:
    need_psa()
    for_a_microcontroller(tmp_path / "it.o", "gcc", sources=[ENCRYPTION])


@pytest.mark.long
def test_it_compiles_for_a_cortex_m4(tmp_path: Path) -> None:
    for_a_microcontroller(tmp_path / "it.o", *CORTEX_M4)


@pytest.mark.long
def test_its_encryption_does_so_for_a_cortex_m4(tmp_path: Path) -> None:
    need_psa()
    for library in (PSA, PSA.with_name("mbedtls")):  # not all of what is there is for the board
        (tmp_path / library.name).symlink_to(library)
    for_a_microcontroller(
        tmp_path / "it.o", *CORTEX_M4, "-isystem", str(tmp_path), sources=[ENCRYPTION]
    )
