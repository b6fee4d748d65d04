"""What is played, as the chamber receives it."""

import socket

import numpy as np

from edge.signals import Played
from edge.slot import MAX_RECORD_BYTES, SlotReader
from edge.voice.reference import PIECE_SAMPLES, Reference


def test_the_chamber_is_told_what_is_played_and_when() -> None:
    theirs, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    piece = np.arange(PIECE_SAMPLES, dtype=np.int16)
    with theirs, ours:
        Reference(ours, epoch=3).tell(piece, 12.5)
        received = SlotReader().feed(theirs.recv(MAX_RECORD_BYTES))
    assert isinstance(received, Played)
    assert received.at == 12.5 * 16_000
    assert np.array_equal(received.samples * 32768, piece)


def test_a_chamber_that_does_not_read_is_not_waited_for() -> None:
    theirs, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        reference = Reference(ours, epoch=0)
        for _ in range(10_000):
            reference.tell(np.zeros(PIECE_SAMPLES, np.int16), 0.0)
        theirs.close()
        reference.tell(np.zeros(PIECE_SAMPLES, np.int16), 0.0)
