"""What the chamber's end of a source slot holds, and for how long."""

import socket
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from edge.chamber.doors import Slot, as_they_come, in_step
from edge.signals import AudioChunk, Frame
from edge.slot import End, Signal, records

PATIENCE_S = 20.0
PICTURE = Frame(np.full((150, 200, 3), 7, np.uint8), 600)
"""Two parts: a slot that nobody reads yet has room for little more."""
SOUND = AudioChunk(np.full(512, 0.5, np.float32), 0)


class Pair:
    """A slot, and the source that writes to it."""

    def __init__(self) -> None:
        theirs, self.source = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.slot = Slot(theirs.detach())
        self._sequence = 0

    def send(self, signal: Signal, *, parts: int = 99) -> None:
        whole = list(records(signal, epoch=0, sequence=self._sequence))
        for record in whole[:parts]:
            self.source.send(record)
        self._sequence += 1


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.source.close()
    made.slot._socket.close()


def test_a_signal_is_overwritten_when_the_next_one_is_asked_for(pair: Pair) -> None:
    pair.send(SOUND)
    pair.send(End(512))
    signals = as_they_come([pair.slot])
    heard = next(signals)
    assert isinstance(heard, AudioChunk)
    assert heard.samples.all()
    assert next(signals) == End(512)
    assert not heard.samples.any()
    assert not pair.slot._record.any()


def test_in_step_a_picture_that_waits_for_its_moment_is_whole(pair: Pair) -> None:
    other = Pair()
    pair.send(SOUND)
    pair.send(End(512))
    other.send(PICTURE)
    other.send(End(600))
    signals = in_step([pair.slot, other.slot])
    assert isinstance(next(signals), AudioChunk)
    assert next(signals) == End(512)
    seen = next(signals)
    assert isinstance(seen, Frame)
    assert (seen.pixels == 7).all()
    assert next(signals) == End(600)
    assert not seen.pixels.any()
    other.source.close()
    other.slot._socket.close()


def test_a_picture_whose_rest_does_not_come_is_overwritten(pair: Pair) -> None:
    pair.send(PICTURE, parts=1)
    taken: list[Signal] = []
    taking = threading.Thread(target=lambda: taken.extend(as_they_come([pair.slot])), daemon=True)
    taking.start()
    arrived = pair.slot.reader
    deadline_s = time.monotonic() + PATIENCE_S
    while not arrived.is_arriving and time.monotonic() < deadline_s:
        time.sleep(0.01)
    while arrived.is_arriving and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert not arrived.is_arriving
    assert not arrived._picture.any()
    pair.source.close()
    taking.join(PATIENCE_S)
    assert taken == []
