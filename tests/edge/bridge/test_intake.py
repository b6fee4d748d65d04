"""What a wearable sends reaches the slot as it was, with the holes that it has."""

import socket
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from edge.bridge.intake import MOST_PIXELS, PhotoIntake, SoundIntake, decoded
from edge.capture.outlet import Outlet
from edge.capture.stillness import Stillness
from edge.signals import AudioChunk, Frame
from edge.slot import MAX_RECORD_BYTES, Signal, SlotReader
from firmware_bridge.session import Heard, Pictured

Ends = tuple[Outlet, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        theirs.settimeout(0)
        outlet = Outlet(ours.detach(), epoch=1)
        yield outlet, theirs
        outlet._socket.close()


def received(reading: socket.socket) -> tuple[list[Signal], int]:
    reader, found = SlotReader(), []
    while True:
        try:
            signal = reader.feed(reading.recv(MAX_RECORD_BYTES))
        except BlockingIOError:
            return found, reader.lost
        if isinstance(signal, AudioChunk):
            found.append(AudioChunk(signal.samples.copy(), signal.start))
        elif signal is not None:
            found.append(signal)


def ramp(begin: int, samples: int) -> bytes:
    return (np.arange(begin, begin + samples) % 30_000).astype("<i2").tobytes()


def test_sound_reaches_the_slot_unchanged(ends: Ends) -> None:
    outlet, reading = ends
    intake = SoundIntake(outlet)
    for begin in range(0, 3200, 320):
        intake.take(Heard(ramp(begin, 320), 700 + begin))
    chunks, lost = received(reading)
    joined = np.concatenate([c.samples for c in chunks if isinstance(c, AudioChunk)])
    assert joined.astype("f8") * 32768 == pytest.approx(np.arange(len(joined)))
    assert (len(joined), lost, outlet.dropped) == (3072, 0, 0)
    assert isinstance(chunks[0], AudioChunk)
    assert chunks[0].start == 700


def test_a_hole_is_a_hole_and_what_comes_again_is_left_out(ends: Ends) -> None:
    outlet, reading = ends
    intake = SoundIntake(outlet)
    for begin in (0, 512, 512, 256, 2048):
        intake.take(Heard(ramp(begin, 512), begin))
    chunks, lost = received(reading)
    starts = [c.start for c in chunks if isinstance(c, AudioChunk)]
    assert (starts, lost, outlet.dropped, intake.repeated) == ([0, 512, 2048], 1, 1024, 1024)


def test_the_newest_photo_takes_the_place_of_those_that_waited(ends: Ends) -> None:
    outlet, reading = ends
    due: list[float] = []
    intake = PhotoIntake(outlet, Stillness(2.0), due.append)
    for grey in (10, 200):
        data = cv2.imencode(".jpg", np.full((32, 48, 3), grey, np.uint8))[1].tobytes()
        intake.take(Pictured(data, grey))
    intake._hand_over(intake._newest.get().photo)
    (frame,), _ = received(reading)
    assert isinstance(frame, Frame)
    assert frame.at == 200
    assert frame.pixels.shape == (32, 48, 3)


def test_what_is_no_picture_is_counted_and_not_decoded(ends: Ends) -> None:
    outlet, reading = ends
    intake = PhotoIntake(outlet, Stillness(2.0), lambda _: None)
    small = cv2.imencode(".jpg", np.zeros((16, 16, 3), np.uint8))[1].tobytes()
    place = small.index(b"\xff\xc0") + 5
    huge = small[:place] + b"\xff\xff\xff\xff" + small[place + 4 :]
    assert MOST_PIXELS < 0xFFFF * 0xFFFF
    for data in (b"\xff\xd8\xff\xe0", b"GIF89a", huge):
        assert decoded(data) is None
        intake._hand_over(Pictured(data, 1))
    assert intake.refused == 3
    assert received(reading) == ([], 0)
