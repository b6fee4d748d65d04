"""A wearable as a loudspeaker: sound goes to its link, at the pace at which it is heard.

By a slot that is only written here. A piece that finds no room, or nobody, is left out. How long
the way by radio takes is not known: a moment is that at which the link has the sound.
"""

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

RATE_HZ: Final = 24_000
"""What a link takes (`firmware_bridge/links.py`)."""
WHOLE_SAMPLES: Final = RATE_HZ * 60 // 1000  # 1440, a packet of 60 ms
"""A sentence fills so many times so much: none of it waits for the next one."""
AHEAD_S: Final = 0.24
"""Four packets, which a radio that stutters may need; also, what a wearable still has when it is
told to be silent."""
LOOK_EVERY_S: Final = 0.02

Sound = npt.NDArray[np.int16]


class Worn:
    """What plays by a wearable. For one thread."""

    def __init__(self, slot: socket.socket) -> None:
        """Take the end that is written to."""
        self.rate_hz = RATE_HZ
        self._slot = slot
        self._slot.settimeout(0)
        self._began_s = 0.0
        self._written = 0

    def warm_up(self) -> None:
        """Do all that is done later, with no sound."""
        self.start()
        self.write(np.zeros(0, np.int16))
        self.wait(lambda: True)

    def start(self) -> None:
        """Begin to play what is written from now on."""
        self._began_s, self._written = time.monotonic(), 0

    def write(self, sound: Sound) -> None:
        """Take int16 (n,), once it is time for it."""
        time.sleep(max(0.0, self.waiting_s - AHEAD_S))
        with contextlib.suppress(OSError):  # full: the link plays nothing just now
            self._slot.send(sound.astype("<i2").tobytes())
        self._written += len(sound)

    @property
    def waiting_s(self) -> float:
        """How long what was written and has not been played will take."""
        return max(0.0, self._began_s + self._written / RATE_HZ - time.monotonic())

    @property
    def played_ms(self) -> int:
        """How much of what was written since `start` has been played."""
        return max(0, round(1000 * (self._written / RATE_HZ - self.waiting_s)))

    def wait(self, is_wanted: Callable[[], bool]) -> None:
        """Wait until everything has been played, or is not wanted any more; then be silent."""
        self.write(np.zeros(-self._written % WHOLE_SAMPLES, np.int16))
        while is_wanted() and self.waiting_s > 0:
            time.sleep(min(LOOK_EVERY_S, self.waiting_s))

    def drop(self) -> None:
        """Be silent: what the link still has it drops when it hears that the answer was cut."""
