"""What does a room do to a voice? Echoes off six walls, by image sources (Allen and Berkley, 1979).

Nothing here was recorded: the room is a box, the walls take the same share of every frequency, and
echoes fall on whole samples. The same numbers give the same room everywhere.
"""

import itertools
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.signals import Samples

SOUND_M_S: Final = 343.0
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Room:
    """A box, and who speaks and listens in it; metres."""

    size: Point
    mouth: Point
    microphone: Point
    reverberation_s: float
    """Until an echo has fallen by 60 dB."""


LIVING_ROOM: Final = Room((5.1, 4.2, 2.5), (2.8, 2.4, 1.5), (2.0, 1.9, 1.2), 0.4)
"""Somebody speaks across a table, at 1 m; the echoes together are 6 dB louder than the voice."""


def in_room(sound: Samples, room: Room = LIVING_ROOM) -> Samples:
    """Return a sound as the microphone hears it, of the same length, float32 (n,)."""
    answer = impulse_response(room)
    length = len(sound) + len(answer)
    spectrum = np.fft.rfft(sound, length) * np.fft.rfft(answer, length)
    heard = np.fft.irfft(spectrum, length)[: len(sound)]
    return np.clip(heard, -1, 1).astype(np.float32)


@cache
def impulse_response(room: Room) -> NDArray[np.float64]:
    """Return what the microphone hears of one click: first the click itself, at full height."""
    reflected = _reflected(room)
    sizes = np.array(room.size)
    reach = np.ceil(room.reverberation_s * SOUND_M_S / (2 * sizes)).astype(int)
    answer = np.zeros(to_samples(room.reverberation_s))
    cells = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in reach)), axis=-1).reshape(-1, 3)
    direct_m = float(np.linalg.norm(np.subtract(room.mouth, room.microphone)))
    for mirrored in itertools.product((0, 1), repeat=3):
        sign = 1 - 2 * np.array(mirrored)
        image = sign * np.array(room.mouth) + 2 * cells * sizes
        far_m = np.linalg.norm(image - np.array(room.microphone), axis=1)
        bounces = np.abs(cells).sum(axis=1) + np.abs(cells - np.array(mirrored)).sum(axis=1)
        late = np.rint((far_m - direct_m) / SOUND_M_S * SAMPLE_RATE_HZ).astype(int)
        heard = late < len(answer)
        np.add.at(answer, late[heard], reflected ** bounces[heard] * direct_m / far_m[heard])
    return answer


def _reflected(room: Room) -> float:
    """Return the share of pressure that a wall gives back, by Eyring's formula."""
    width, depth, height = room.size
    walls_m2 = 2 * (width * depth + width * height + depth * height)
    volume_m3 = width * depth * height
    lost = -24 * np.log(10) * volume_m3 / (SOUND_M_S * walls_m2 * room.reverberation_s)
    return float(np.exp(lost / 2))
