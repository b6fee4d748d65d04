"""IMA-ADPCM: 16 kHz speech in a quarter of the bytes, for a line that is too slow for it whole.

Each block stands alone, so that a lost one spoils nothing after it: int16 predictor, u8 index into
the table of steps, u8 0, then two samples a byte, the lower half first. (IMA, "Recommended
Practices for Enhancing Digital Audio Compatibility", 1992: the tables and the arithmetic.)
"""

from struct import Struct
from typing import Final

from firmware_bridge.bodies import BadFrame

HEAD: Final = Struct("<hBB")
MOST_INDEX: Final = 88
LEAST, MOST = -32768, 32767
INDEX_MOVES: Final = (-1, -1, -1, -1, 2, 4, 6, 8)
"""By how loud a half-byte was."""
STEPS: Final = (
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66,
    73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408,
    449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066,
    2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630,
    9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794,
    32767,
)  # fmt: skip


def _moved(index: int, half: int) -> tuple[int, int]:
    """Return what a half-byte adds to the predictor, and the index that follows."""
    step = STEPS[index]
    change = step >> 3
    if half & 4:
        change += step
    if half & 2:
        change += step >> 1
    if half & 1:
        change += step >> 2
    following = min(MOST_INDEX, max(0, index + INDEX_MOVES[half & 7]))
    return (-change if half & 8 else change), following


_MOVES: Final = tuple(_moved(index, half) for index in range(MOST_INDEX + 1) for half in range(16))
"""At 16 * index + half-byte."""


def unpacked(block: bytes) -> bytes:
    """Return int16 little-endian samples, two a byte of what follows the head; raise BadFrame."""
    predictor, index, zero = HEAD.unpack_from(block)
    if index > MOST_INDEX or zero:
        raise BadFrame("a block of sound with a head that breaks the table")
    samples: list[int] = []
    for byte in block[HEAD.size :]:
        for half in (byte & 15, byte >> 4):
            change, index = _MOVES[16 * index + half]
            predictor = min(MOST, max(LEAST, predictor + change))
            samples.append(predictor)
    return Struct(f"<{len(samples)}h").pack(*samples)


def samples_in(block_bytes: int) -> int:
    """Return how many samples a block of so many bytes holds."""
    return 2 * (block_bytes - HEAD.size)


class Packer:
    """Samples -> blocks, as a board makes them; each begins where the one before ended."""

    def __init__(self) -> None:
        self._predictor = self._index = 0

    def pack(self, samples: bytes) -> bytes:
        """Return the block of an even count of int16 little-endian samples."""
        block = bytearray(HEAD.pack(self._predictor, self._index, 0))
        values = Struct(f"<{len(samples) // 2}h").unpack(samples)
        for first, second in zip(values[::2], values[1::2], strict=True):
            low = self._half(first)
            block.append(low | self._half(second) << 4)
        return bytes(block)

    def _half(self, sample: int) -> int:
        step, short = STEPS[self._index], sample - self._predictor
        half = 8 if short < 0 else 0
        short = abs(short)
        for bit in (4, 2, 1):
            if short >= step:
                half |= bit
                short -= step
            step >>= 1
        change, self._index = _MOVES[16 * self._index + half]
        self._predictor = min(MOST, max(LEAST, self._predictor + change))
        return half
