"""A camera with an address: an MJPEG server on the loopback."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest
from running_capture import Capture, behind_the_first_wall

from edge import seal
from edge.capture.sources import describe
from edge.capture.wishes import PICTURE_NOW
from edge.config import Camera as Settings
from edge.config import Config, to_argument
from edge.seal.profiles import CONNECTION, PROFILES
from edge.signals import Frame

Start = Callable[..., Capture]
PERIOD_S = 0.05
FRAMES_BEFORE_TROUBLE = 40


def jpeg(number: int) -> bytes:
    grey = np.full((480, 640, 3), 5 * number % 250, np.uint8)
    return bytes(cv2.imencode(".jpg", grey)[1].tobytes())


class Camera(BaseHTTPRequestHandler):
    """Sends pictures for ever; /stall stops sending after a while, /cut closes."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        number = 0
        while not self.server.over.wait(PERIOD_S):
            if number == FRAMES_BEFORE_TROUBLE and self.path.startswith("/cut"):
                return
            if number == FRAMES_BEFORE_TROUBLE and self.path.startswith("/stall"):
                self.server.over.wait()
                return
            picture = jpeg(number)
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            try:
                self.wfile.write(head.encode() + picture + b"\r\n")
            except ConnectionError:
                return
            number += 1

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Camera)
        self.over = threading.Event()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.over.set()
        running.shutdown()
        thread.join()


ARGV = (
    *("--kind", "video"),
    *("--settings", to_argument(Config(camera=Settings(frames_per_s=10.0)))),
    "--source",
)


def address(server: Server, path: str) -> str:
    return f"http://user:secret@127.0.0.1:{server.server_port}{path}?token=secret"


def test_pictures_of_a_stream_arrive(capture: Start, server: Server) -> None:
    running = capture(*ARGV, address(server, "/"))
    running.until("ready")
    running.go()
    frames = [running.next_signal() for _ in range(5)]
    assert all(frame.pixels.shape == (480, 640, 3) for frame in frames)
    times = [frame.at for frame in frames]
    assert times == sorted(set(times))
    assert len({int(frame.pixels.mean()) for frame in frames}) == 5
    state = running.until("running")
    assert state.live


def test_a_password_is_not_told(capture: Start, server: Server) -> None:
    running = capture(*ARGV, address(server, "/"))
    assert running.until("ready").device == f"http://127.0.0.1:{server.server_port}/"


@pytest.mark.parametrize("trouble", ["/stall", "/cut"])
def test_a_stream_that_ends_is_lost(capture: Start, server: Server, trouble: str) -> None:
    running = capture(*ARGV, address(server, trouble))
    assert running.play_out() == 3
    state = running.states[-1]
    assert state.phase == "lost"
    assert "picture" in state.detail
    assert "secret" not in str(running.states)
    assert len(running.signals) > 3
    assert all(isinstance(signal, Frame) for signal in running.signals)


def test_a_slow_chamber_misses_pictures_and_then_sees_a_new_one(
    capture: Start, server: Server
) -> None:
    running = capture(*ARGV, address(server, "/"))
    running.until("ready")
    running.go()
    first = running.next_signal()
    time.sleep(2)  # nobody reads; what comes meanwhile must not be kept for later
    later = [running.next_signal() for _ in range(3)]
    assert later[-1].at - first.at > 1.9 * 16_000
    assert running.slot_reader.lost > 0
    while running.next_state().dropped < running.slot_reader.lost:
        pass


def test_behind_both_walls_it_only_reads(capture: Start, server: Server) -> None:
    source = describe("video", address(server, "/"), Config())
    running = capture(
        *ARGV, source.address, wrap=lambda command: behind_the_first_wall(command, source)
    )
    running.until("ready")
    allowed = {**PROFILES["capture"].descriptors, -9: CONNECTION}
    assert seal.inspect(running.process.pid, "capture", allowed_fds=allowed).problems == ()
    running.go()
    for _ in range(20):
        assert isinstance(running.next_signal(), Frame)


def test_an_address_without_pictures_is_one_sentence(capture: Start) -> None:
    running = capture(*ARGV, "http://[broken")
    assert running.play_out() == 4
    assert "not a valid http or rtsp address" in running.states[-1].detail


def test_a_picture_that_is_asked_for_is_not_waited_for(capture: Start, server: Server) -> None:
    settings = to_argument(Config(camera=Settings(frames_per_s=0.05)))
    running = capture("--kind", "video", "--settings", settings, "--source", address(server, "/"))
    running.until("ready")
    running.go()
    first = running.next_signal()
    running.wish(PICTURE_NOW)
    asked_for = running.next_signal()
    assert isinstance(first, Frame)
    assert isinstance(asked_for, Frame)
    assert asked_for.at - first.at < 10 * 16_000
