"""How does the companion's voice reach a wearable's link? By a slot that is only read here.

The launcher made it, and holds both ends: who speaks and who plays may each die and come back. What
was said while nobody listened is nobody's any more.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from typing import Final

MOST_BYTES: Final = 4096
"""Of a record: 20 ms are 960."""


class Spoken:
    """The end that is read; it never blocks."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._take: Callable[[bytes], None] = lambda _: None

    def listen(self, take: Callable[[bytes], None]) -> None:
        """Hand over int16 samples as they come, and none that came before."""
        self.read()
        self._take = take
        asyncio.get_running_loop().add_reader(self._descriptor, self.read)

    def read(self) -> None:
        """Hand over all that is there: also before it is said that no more comes."""
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self._descriptor, MOST_BYTES):
                self._take(piece)
