"""Cameras whose pictures a program gives: stand-ins that write the same bytes, and real FFmpeg."""

import os
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from rtsp_camera import filming
from running_capture import Capture, behind_the_first_wall, needs_apt

from edge import seal
from edge.capture import BadSource
from edge.capture.programs import HEIGHT_PX, WIDTH_PX
from edge.capture.raw_video import PICTURE_BYTES, RawVideo
from edge.capture.sources import describe
from edge.config import Camera as Settings
from edge.config import Config, to_argument
from edge.launcher.camera_program import CameraProgram

Start = Callable[..., Capture]
SETTINGS = to_argument(Config(camera=Settings(frames_per_s=10.0)))
ONE_PICTURE = 'cat "${0%/*}/picture.yuv"'
FOR_EVER = f"while :; do {ONE_PICTURE}; sleep 0.05; done"


class Board:
    """A PATH on which programs of our own stand in for a board's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        red = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
        red[:, :, 0] = 255
        (folder / "picture.yuv").write_bytes(cv2.cvtColor(red, cv2.COLOR_RGB2YUV_I420).tobytes())
        self._running: list[CameraProgram] = []

    def has(self, name: str, script: str, interpreter: str = "/bin/sh") -> None:
        program = self.folder / name
        program.write_text(f"#!{interpreter}\n{textwrap.dedent(script)}\n", "utf-8")
        program.chmod(0o755)

    def seen_by(self, start: Start, spec: str) -> Capture:
        """Return a capture process, as the launcher starts it with the program."""
        source = describe("video", spec, Config())
        program = CameraProgram(source)
        self._running.append(program)
        capture = start(
            *("--kind", "video", "--source", spec, "--settings", SETTINGS),
            *("--pictures-fd", program.read_end),
            given_fd=program.read_end,
            wrap=lambda command: behind_the_first_wall(command, source),
        )
        os.close(program.read_end)
        return capture

    def end(self) -> None:
        for program in self._running:
            program.end()


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    board = Board(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    yield board
    board.end()


def colour(capture: Capture) -> list[int]:
    frame = capture.next_signal()
    assert frame.pixels.shape == (HEIGHT_PX, WIDTH_PX, 3)
    return [round(float(mean)) for mean in frame.pixels.mean((0, 1))]


@pytest.mark.parametrize(
    ("spec", "program"),
    [("pi", "rpicam-vid"), ("pi", "libcamera-vid"), ("jetson", "gst-launch-1.0")],
)
def test_pictures_of_a_boards_program_are_seen_sealed(
    capture: Start, board: Board, spec: str, program: str
) -> None:
    board.has(program, FOR_EVER)
    running = board.seen_by(capture, spec)
    ready = running.until("ready")
    assert (ready.device, ready.live) == (spec, True)
    inspection = seal.inspect(running.process.pid, "capture", also_open=("pipe",))
    assert inspection.problems == ()
    running.go()
    assert colour(running) == [255, 1, 0]


def test_a_program_reaches_no_network_and_writes_no_file(capture: Start, board: Board) -> None:
    board.has(
        "rpicam-vid",
        f"""
        import os, socket, sys
        def tried(what):
            try:
                what()
            except OSError:
                return 0
            return 50
        done = sum(map(tried, (
            lambda: open({str(board.folder / "kept")!r}, "w"),
            lambda: open("/dev/shm/kept", "w"),
            lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
            lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
            lambda: os.kill(os.getppid(), 0),
        )))
        while True:
            sys.stdout.buffer.write(bytes([16 + done]) * {PICTURE_BYTES * 2 // 3})
            sys.stdout.buffer.write(bytes([128]) * {PICTURE_BYTES // 3})
        """,
        "/usr/bin/env python3",
    )
    running = board.seen_by(capture, "pi")
    running.until("ready")
    running.go()
    assert colour(running) == [0, 0, 0]
    assert not (board.folder / "kept").exists()


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exit 1", "rpicam-vid gives no picture; try `rpicam-hello --list-cameras`"),
        ("echo 'no cameras available'", "ended within its first picture, after 21 bytes"),
    ],
)
def test_a_camera_that_gives_nothing_is_one_sentence(
    capture: Start, board: Board, script: str, sentence: str
) -> None:
    board.has("rpicam-vid", script)
    running = board.seen_by(capture, "pi")
    assert running.play_out() == 4
    assert sentence in running.states[-1].detail


@pytest.mark.parametrize(
    ("ending", "sentence"),
    [
        ("exit", "the camera pi stopped giving pictures; is it still there?"),
        ("echo cut; exit", "the camera pi ended within a picture, after 4 bytes of it"),
        ("sleep 100", "the camera pi gave no picture for 1.8 s"),
        ("echo half; sleep 100", "the camera pi gave no picture for 1.8 s"),
    ],
)
def test_a_camera_that_falls_out_is_lost(
    capture: Start, board: Board, ending: str, sentence: str
) -> None:
    board.has("rpicam-vid", f"for i in $(seq 25); do {ONE_PICTURE}; sleep 0.05; done; {ending}")
    running = board.seen_by(capture, "pi")
    assert running.play_out() == 3
    assert sentence in running.states[-1].detail
    assert running.signals


def test_a_network_camera_is_seen_by_real_ffmpeg(capture: Start, board: Board) -> None:
    needs_apt("ffmpeg", "ffmpeg")
    with filming() as address:
        running = board.seen_by(capture, address)
        device = running.until("ready").device
        running.go()
        red, green, blue = colour(running)
    assert device.startswith("rtsp://127.0.0.1:")
    assert "secret" not in str(running.states)
    assert 180 < red < 200  # three quarters of the picture: the film is 4:3
    assert green < 5
    assert blue < 5


def test_a_network_camera_that_stalls_is_lost(capture: Start, board: Board) -> None:
    needs_apt("ffmpeg", "ffmpeg")
    with filming(stalls_after=40) as address:
        running = board.seen_by(capture, address)
        assert running.play_out() == 3
    assert running.states[-1].phase == "lost"


def test_a_program_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BadSource, match="rpicam-vid is not on this device; run `sudo apt install"):
        describe("video", "pi", Config())


@pytest.mark.parametrize("address", ["rtsp://", "rtsp://a b/", "rtsp://host:x/"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(BadSource, match="not a valid http or rtsp address"):
        describe("video", address, Config())


def test_pictures_come_whole_whatever_the_pieces() -> None:
    read_end, write_end = os.pipe()
    video = RawVideo(read_end)
    grey = bytes([126]) * (PICTURE_BYTES * 2 // 3) + bytes([128]) * (PICTURE_BYTES // 3)
    pieces = [grey[:70_000], grey[70_000:], grey[:9]]

    def write() -> None:
        for piece in pieces:
            os.write(write_end, piece)
        os.close(write_end)

    writing = threading.Thread(target=write)
    writing.start()
    assert video.grab()
    assert {int(value) for value in np.unique(video.retrieve()[1])} == {128}
    assert not video.grab()
    assert video.ended_within == 9
    writing.join()
    os.close(read_end)
