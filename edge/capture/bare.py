"""A microphone that is opened without a sound server: who holds it, and which channel carries it?

A microphone on a board's I2S pins sends 24 bits in 32, in one half of a stereo frame: in the left
or in the right, as one pin of it is wired, and the other half is silence. Its samples stand off
zero by a constant. What a sound server or a sound card's own filter does about that is done here.
"""

import re
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from edge.capture.chunks import to_mono
from edge.signals import Samples

RATE_HZ: Final = 48_000
"""What all of them can."""
SETTLES_S: Final = 1.0
"""The constant part is followed so slowly that no voice is taken for it: the deepest has 80 Hz."""
LOUDER: Final = 4.0
"""Times the power: less is no reason to take the other channel, and both are then one microphone's
or two's that hear the same."""
ASOUND: Final = Path("/proc/asound")
_DOORS: Final = frozenset({"pulse", "default", "sysdefault", "pipewire", "jack"})
_NUMBERS: Final = re.compile(r"hw:(\d+),(\d+)")
_OWNER: Final = re.compile(r"owner_pid\s*:\s*(\d+)")


def is_bare(name: str) -> bool:
    """Say whether a device of PortAudio's is one itself, and no door to a sound server."""
    return name not in _DOORS


def holder(name: str, asound: Path = ASOUND) -> int | None:
    """Return the number of the process that records from a device "... (hw:1,0)", if one does."""
    if not (numbers := _NUMBERS.search(name)):
        return None
    card, device = numbers.groups()
    for status in sorted((asound / f"card{card}" / f"pcm{device}c").glob("sub*/status")):
        try:
            owner = _OWNER.search(status.read_text("ascii"))
        except OSError:  # it has just gone
            continue
        if owner:
            return int(owner[1])
    return None


class Channels:
    """One stream of a bare microphone: all channels -> the one that is heard."""

    def __init__(self, rate_hz: int) -> None:
        self._settles = rate_hz * SETTLES_S
        self._constant: npt.NDArray[np.float32] | None = None
        self._power: npt.NDArray[np.float32] | None = None
        self._heard: int | None = None
        """Which channel is the only one with sound; None while all are taken together."""

    def mono(self, block: npt.NDArray[Any]) -> Samples:
        """Return float32 (frames,) of float32 (frames, channels), which is spent."""
        share = np.float32(min(1.0, len(block) / self._settles))
        mean = block.mean(axis=0, dtype=np.float32)
        if self._constant is None:
            self._constant = mean
        self._constant = self._constant + share * (mean - self._constant)
        block -= self._constant
        power = np.square(block).mean(axis=0, dtype=np.float32)
        self._power = power if self._power is None else self._power + share * (power - self._power)
        self._choose(self._power)
        return to_mono(block if self._heard is None else block[:, [self._heard]])

    def _choose(self, power: npt.NDArray[np.float32]) -> None:
        loudest = int(power.argmax())
        others = np.delete(power, loudest)
        if len(others) and power[loudest] > LOUDER * others.max():
            self._heard = loudest
        elif self._heard not in {None, loudest}:
            self._heard = None
