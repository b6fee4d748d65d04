"""What is played, told to the chamber as it is played: one way, so that it can tell an echo.

Each piece says when it is heard, by `time.monotonic()` in samples of 16 kHz. The chamber is not
waited for: a piece that finds no room is left out, and the companion may hear a moment of itself.
"""

import contextlib
import socket
from typing import Final

import numpy as np
import numpy.typing as npt

from edge.clock import to_samples
from edge.signals import Played
from edge.slot import STEPS, SoundRecord

PIECE_MS: Final = 20
PIECE_SAMPLES: Final = to_samples(PIECE_MS / 1000)


class Reference:
    """The write end of a source slot."""

    def __init__(self, slot: socket.socket, epoch: int) -> None:
        self._socket = slot
        self._socket.settimeout(0)
        self._epoch = epoch
        self._sequence = 0
        self._record = SoundRecord()

    @property
    def descriptor(self) -> int:
        """The number by which the seal lets it be written."""
        return self._socket.fileno()

    def tell(self, piece: npt.NDArray[np.int16], at_s: float) -> None:
        """Say that int16 (n,) of 16 kHz is heard from this moment on."""
        played = Played((piece / STEPS).astype(np.float32), to_samples(at_s))
        record = self._record.wrap(played, epoch=self._epoch, sequence=self._sequence)
        with contextlib.suppress(OSError):  # full, or the chamber is being replaced
            self._socket.send(record)
        self._sequence += 1
