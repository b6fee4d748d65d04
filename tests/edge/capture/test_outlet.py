import socket
from collections.abc import Iterator

import numpy as np
import pytest

from edge.capture.outlet import Outlet
from edge.signals import CHUNK_SAMPLES, AudioChunk, Frame
from edge.slot import MAX_RECORD_BYTES, SlotReader


@pytest.fixture
def ends() -> Iterator[tuple[Outlet, socket.socket]]:
    theirs, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    outlet = Outlet(ours.detach(), epoch=0)
    yield outlet, theirs
    outlet._socket.close()
    theirs.close()


def sound() -> AudioChunk:
    return AudioChunk(np.full(CHUNK_SAMPLES, 0.5, np.float32), 0)


def test_what_was_sent_has_arrived_and_is_overwritten_here(
    ends: tuple[Outlet, socket.socket],
) -> None:
    sending, slot = ends
    chunk, frame = sound(), Frame(np.full((40, 60, 3), 7, np.uint8), 0)
    sending.send(chunk)
    assert sending.offer(frame)
    assert not chunk.samples.any()
    assert not frame.pixels.any()
    reader = SlotReader()
    heard = reader.feed(slot.recv(MAX_RECORD_BYTES))
    assert isinstance(heard, AudioChunk)
    assert set(heard.samples) == {0.5}
    seen = reader.feed(slot.recv(MAX_RECORD_BYTES))
    assert isinstance(seen, Frame)
    assert set(seen.pixels.ravel().tolist()) == {7}


def test_what_found_no_room_is_counted_and_overwritten(ends: tuple[Outlet, socket.socket]) -> None:
    sending, _ = ends
    while sending.offer(sound()):
        pass
    chunk = sound()
    assert not sending.offer(chunk)
    assert not chunk.samples.any()
    assert sending.dropped == 2 * CHUNK_SAMPLES


@pytest.mark.parametrize("samples", [1, 100, CHUNK_SAMPLES])
def test_a_short_chunk_arrives_whole(ends: tuple[Outlet, socket.socket], samples: int) -> None:
    sending, slot = ends
    sending.send(AudioChunk(np.full(samples, -1.0, np.float32), 9))
    heard = SlotReader().feed(slot.recv(MAX_RECORD_BYTES))
    assert isinstance(heard, AudioChunk)
    assert heard.samples.tolist() == [-1.0] * samples
