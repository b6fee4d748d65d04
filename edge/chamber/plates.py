"""Which pictures does the live chamber hold? One that is looked at and one that waits for it.

The newest wins: a picture that comes while another waits replaces it, but what was new in the one
that nobody looked at is new in this one too. Each lies in a room of its
own (`edge/chamber/held.py`), as large as the largest picture so far, and is overwritten when it has
been looked at or replaced.
"""

import threading
from typing import TYPE_CHECKING

import numpy as np

from edge.chamber import held
from edge.signals import Frame

if TYPE_CHECKING:
    from edge.chamber.scene import Glance


class Plates:
    """Put by one thread, taken by another."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting, self._looked_at = held.room(1), held.room(1)
        self._frame: tuple[Frame, Glance] | None = None
        """The one that waits, in `_waiting`, and what a glance at it told."""
        self._closed = False

    def put(self, frame: Frame, glance: "Glance") -> bool:
        """Copy a picture; say whether another one was replaced."""
        size = frame.pixels.size
        with self._changed:
            replaced = self._frame
            if replaced:
                held.forget(replaced[0].pixels)
                glance = glance.after(replaced[1])
            if len(self._waiting) < size:
                self._waiting = held.room(size)
            pixels = self._waiting[:size].reshape(frame.pixels.shape)
            np.copyto(pixels, frame.pixels)
            self._frame = Frame(pixels, frame.at), glance
            self._changed.notify()
        return replaced is not None

    def wait(self) -> bool:
        """Wait for a picture; False when no more will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame or self._closed)
            return self._frame is not None

    def take(self) -> "tuple[Frame, Glance]":
        """Return the newest picture, after `wait`. It is good until `forget`."""
        with self._changed:
            taken, self._frame = self._frame, None
            assert taken, "there is a picture once `wait` has said so"
            self._waiting, self._looked_at = self._looked_at, self._waiting
        return taken

    def forget(self, taken: Frame) -> None:
        """Overwrite a picture that has been looked at."""
        held.forget(taken.pixels)

    def close(self) -> None:
        """Let `wait` return False once nothing waits."""
        with self._changed:
            self._closed = True
            self._changed.notify()
