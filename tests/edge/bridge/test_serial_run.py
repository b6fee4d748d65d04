"""A board in C on a wire: understood by the sealed product, pulled out, and found again."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
import soxr

from edge import scene
from edge.cli import main

SECONDS = 5
RATE_HZ = 16_000
C = Path("firmware_bridge/c")
Line = dict[str, Any]


class Bench:
    """A run that hears with a board on a wire, the wire, and the board."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = folder / "ttyACM0"
        self.plug_in()
        sources = [C / "board_on_linux.c", *C.glob("offrecord_*.c")]
        subprocess.run(
            ["gcc", "-std=c99", *sources, "-lmbedcrypto", "-o", folder / "board"], check=True
        )
        demo = scene.folder("demo")
        samples, rate_hz = soundfile.read(demo / "audio.opus", dtype="int16", always_2d=True)
        mono = soxr.resample(samples[:, 0], rate_hz, RATE_HZ)[: SECONDS * RATE_HZ]
        (folder / "sound.raw").write_bytes(mono.astype("<i2").tobytes())
        shutil.copy(min((demo / "pictures").glob("*.jpg")), folder / "photo.jpg")
        line = f"serial:{self.port}"
        self.run = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "edge.cli",
                "run",
                "--wearable",
                line,
                "--json",
                "--data",
                folder,
            ],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "XDG_DATA_HOME": str(folder)},
        )

    def plug_in(self) -> None:
        program = Path(__file__).with_name("serial_cable.py")
        self.cable = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True)
        assert self.cable.stdout
        ours, self.theirs = (self.cable.stdout.readline().strip() for _ in range(2))
        self.port.unlink(missing_ok=True)
        self.port.symlink_to(ours)

    def pull_out(self) -> None:
        self.cable.kill()
        self.cable.communicate()

    def play(self, *options: str) -> str:
        """Let the board play what it has; return what it says of it."""
        command = [self.folder / "board", self.theirs, "sound.raw", "photo.jpg", *options]
        played = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=True, timeout=90
        )
        return played.stdout

    def until(self, *kinds: str) -> list[Line]:
        """Return the first line of each of these kinds, in whichever order they come."""
        assert self.run.stdout
        found: dict[str, Line] = {}
        for text in self.run.stdout:
            line: Line = json.loads(text)
            found.setdefault(line["type"], line)
            if found.keys() >= set(kinds):
                return [found[kind] for kind in kinds]
        raise AssertionError(f"it ended without {kinds}")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    if not shutil.which("gcc"):
        pytest.skip("UNCHECKED: no C compiler here: apt install gcc libc6-dev")
    if not Path("/usr/include/psa").is_dir():
        pytest.skip("UNCHECKED: no PSA Crypto here: apt install libmbedtls-dev")
    bench = Bench(tmp_path_factory.mktemp("serial"))
    yield bench
    bench.run.send_signal(signal.SIGINT)
    bench.run.communicate(timeout=60)
    bench.pull_out()


def test_a_board_in_c_is_understood(bench: Bench) -> None:
    assert bench.play() == "left out 0, damaged 0\n"
    seen, state, heard = bench.until("Seen", "WearableState", "Transcript")
    assert seen["objects"][0]["label"] == "cup"
    assert (state["name"], state["battery"], state["motion"]) == ("board on Linux", 71, "walking")
    assert (state["lost"], state["damaged"]) == (0, 0)
    assert "keys in the blue bowl" in heard["text"]


def test_pulled_out_it_is_said_and_plugged_in_again_it_is_understood(bench: Bench) -> None:
    bench.pull_out()
    (died,) = bench.until("ChildDied")
    assert died["process"] == "firmware_bridge"
    assert "ttyACM0 is not there any more" in died["reason"]
    bench.plug_in()
    assert bench.play("packed").startswith("left out 0")
    assert "keys" in bench.until("Transcript")[0]["text"]


@pytest.mark.parametrize(
    ("where", "hint"),
    [
        ("serial:/dev/nothing", "no serial line"),
        ("serial:", "no serial line"),
        ("serial:/dev/tty@fast", "no speed"),
        ("serial:/dev/tty@123", "no speed"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(
    where: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--wearable", where]) != 0
    told = capsys.readouterr().err.strip()
    assert hint in told
    assert len(told.splitlines()) == 1
