"""`offrecord gpio` on pins that gpiozero pretends: a real program, a real control socket."""

import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge import cli, control, mute
from edge.commands import gpio
from edge.messages import Mute, MuteState, Standing, StandingProcess, Unmute

pytest.importorskip("gpiozero", reason="UNCHECKED: pip install 'offrecord[gpio]'")

CAPTURE = StandingProcess("capture.audio", "capture", 12, "A")
RUNTIME = StandingProcess("runtime", "runtime", 13, "A")
PATIENCE_S = 20
ON_PRETENDED_PINS = """
import json, sys, threading
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
from edge import cli

pins = Device.pin_factory = MockFactory()
lamp, button = pins.pin(17), pins.pin(27)

def follow():
    for line in sys.stdin:  # what a test asks: a press, or only how the lamp is
        if line.strip() == "press":
            button.drive_low()
            threading.Event().wait(0.1)  # longer than contacts bounce
            button.drive_high()
        print(json.dumps(bool(lamp.state)), flush=True)

threading.Thread(target=follow, daemon=True).start()
sys.exit(cli.main(["gpio", "--led", "17", "--button", "27", "--data", sys.argv[1]]))
"""


def standing(*processes: StandingProcess, muted: bool = False) -> Standing:
    return Standing("run", 1, processes, MuteState(muted), 0, 0, 0, is_counter_known=True)


@contextmanager
def launcher(folder: Path) -> Iterator[None]:
    """Answer on the control socket: whoever mutes closes the microphone."""
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        muted = False
        while not over.is_set():
            if not select.select([listener], [], [], 0.05)[0]:
                continue
            connection, _ = listener.accept()
            select.select([connection], [], [], PATIENCE_S)
            asked = control.read(connection)
            if isinstance(asked, Mute | Unmute):
                muted = isinstance(asked, Mute)
            here = (RUNTIME,) if muted else (RUNTIME, CAPTURE)
            control.answer(connection, standing(*here, muted=muted))

    with control.listen(folder) as listener:
        serving = threading.Thread(target=serve, args=(listener,))
        serving.start()
        yield
        over.set()
        serving.join()
    control.forget(folder)


class Board:
    """A lamp that can be seen and a button that can be pressed."""

    def __init__(self, folder: Path) -> None:
        self.program = subprocess.Popen(
            [sys.executable, "-c", ON_PRETENDED_PINS, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def lamp(self, question: str = "") -> bool:
        assert self.program.stdin
        assert self.program.stdout
        print(question, file=self.program.stdin, flush=True)
        return bool(json.loads(self.program.stdout.readline()))

    def becomes(self, *, lit: bool) -> bool:
        """Say whether the lamp gets so and stays so for longer than between two looks."""
        since, pause = 0, threading.Event()
        for _ in range(PATIENCE_S * 10):
            since = since + 1 if self.lamp() == lit else 0
            if since > 10 * gpio.LOOK_EVERY_S + 2:
                return True
            pause.wait(0.1)
        return False

    def end(self) -> tuple[int, str]:
        self.program.terminate()
        _, complaints = self.program.communicate(timeout=PATIENCE_S)
        return self.program.returncode, complaints


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    wired = Board(tmp_path)
    yield wired
    wired.program.kill()
    wired.program.communicate()


def test_the_lamp_is_lit_while_a_microphone_is_open_and_the_button_mutes(
    board: Board, tmp_path: Path
) -> None:
    assert board.becomes(lit=False)  # nothing runs
    with launcher(tmp_path):
        assert board.becomes(lit=True)
        board.lamp("press")
        assert board.becomes(lit=False)
        board.lamp("press")
        assert board.becomes(lit=True)
    assert board.becomes(lit=False)
    assert board.end() == (0, "")


def test_where_nothing_runs_the_button_mutes_what_will(board: Board, tmp_path: Path) -> None:
    assert board.becomes(lit=False)
    board.lamp("press")
    assert board.becomes(lit=False)
    said, _ = mute.load(tmp_path)
    assert mute.standing(said, (), mute.read_clock()).muted


def test_who_does_not_answer_may_sense(board: Board, tmp_path: Path) -> None:
    with control.listen(tmp_path):  # a launcher that hangs
        assert board.becomes(lit=True)
        status, complaints = board.end()
    assert status == 0
    assert complaints.count("did not answer") == 1  # once, not twice a second


@pytest.mark.parametrize("processes", [(), (RUNTIME,)])
def test_who_has_no_device_does_not_sense(processes: tuple[StandingProcess, ...]) -> None:
    assert not gpio.may_sense(standing(*processes))


def test_a_microphone_that_is_open_although_muted_is_shown() -> None:
    assert gpio.may_sense(standing(CAPTURE, muted=True))


@pytest.mark.parametrize(
    ("wiring", "sentence"),
    [
        ([], "nothing is wired"),
        (["--led", "GPIO17"], "'GPIO17' is not a pin's BCM number"),
        (["--led", "170"], "a pin cannot be used"),
        (["--led", "17", "--button", "17"], "a pin cannot be used"),
    ],
)
def test_a_wiring_that_cannot_be_is_one_sentence(
    wiring: list[str], sentence: str, tmp_path: Path
) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "edge.cli", "gpio", *wiring, "--data", str(tmp_path)],
        check=False,
        env={**os.environ, "GPIOZERO_PIN_FACTORY": "mock"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert refused.returncode == cli.USER_ERROR
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_machine_without_pins_is_one_sentence(tmp_path: Path) -> None:
    if any(Path("/dev").glob("gpiochip*")):
        pytest.skip("this machine has pins")
    argv = [sys.executable, "-m", "edge.cli", "gpio", "--led", "17", "--data", str(tmp_path)]
    refused = subprocess.run(
        argv, check=False, capture_output=True, text=True, timeout=PATIENCE_S, cwd=tmp_path
    )
    assert refused.returncode == cli.USER_ERROR
    assert refused.stderr.startswith("offrecord: no GPIO pins are found here")
    assert list(tmp_path.iterdir()) == []
