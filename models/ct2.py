"""What is inside a CTranslate2 `model.bin`? Read it with struct and numpy, believing nothing.

Little-endian: u32 format version, spec name, u32 spec revision, u32 count; then per variable its
name, u8 rank, u32 dimensions, u8 dtype, u32 byte count, bytes; then u32 count of aliases and pairs
of names. A name is a u16 length that counts its closing NUL, and the bytes. Nothing may follow.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

NEWEST_FORMAT = 6
OLDEST_FORMAT = 2
MOST_VARIABLES = 10_000
HIGHEST_RANK = 8

_DTYPES: dict[int, np.dtype[Any]] = {
    0: np.dtype("<f4"),
    1: np.dtype("i1"),
    2: np.dtype("<i2"),
    3: np.dtype("<i4"),
    4: np.dtype("<f2"),
}


class NotCt2(ValueError):
    """The bytes are not a CTranslate2 model that this reader knows."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a readable CTranslate2 model: {reason}; fetch it again")


@dataclass(frozen=True)
class Ct2:
    """A model: its spec's name and its variables, which are views of the bytes that were read."""

    spec: str
    revision: int
    variables: dict[str, Array]
    aliases: dict[str, str]


def read(data: bytes) -> Ct2:
    """Return the model in `data`, or raise NotCt2."""
    cursor = _Cursor(data)
    version = cursor.number("<I")
    if not OLDEST_FORMAT <= version <= NEWEST_FORMAT:
        raise NotCt2(f"format version {version} is unknown")
    spec = cursor.name()
    revision = cursor.number("<I")
    variables = dict(cursor.variable() for _ in range(cursor.count()))
    aliases = {cursor.name(): cursor.name() for _ in range(cursor.count())}
    if cursor.position != len(data):
        raise NotCt2(f"{len(data) - cursor.position} bytes too many")
    return Ct2(spec, revision, variables, aliases)


class _Cursor:
    """A place in the bytes; every step is checked against their end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def take(self, length_bytes: int) -> int:
        """Step over `length_bytes` and return where they began."""
        start = self.position
        if start + length_bytes > len(self.data):
            raise NotCt2(f"it ends after {len(self.data)} bytes, in the middle of something")
        self.position = start + length_bytes
        return start

    def number(self, layout: str) -> int:
        start = self.take(struct.calcsize(layout))
        (value,) = struct.unpack_from(layout, self.data, start)
        return int(value)

    def count(self) -> int:
        value = self.number("<I")
        if value > MOST_VARIABLES:
            raise NotCt2(f"{value} variables are more than any such model has")
        return value

    def name(self) -> str:
        length = self.number("<H")
        start = self.take(length)
        raw = self.data[start : start + length]
        if not raw.endswith(b"\0") or not raw.isascii():
            raise NotCt2("a name is not text")
        return raw[:-1].decode("ascii")

    def variable(self) -> tuple[str, Array]:
        name = self.name()
        rank = self.number("<B")
        if rank > HIGHEST_RANK:
            raise NotCt2(f"{name} has {rank} dimensions")
        shape = tuple(self.number("<I") for _ in range(rank))
        dtype = _DTYPES.get(self.number("<B"))
        if dtype is None:
            raise NotCt2(f"{name} has a number format that is unknown")
        length = self.number("<I")
        items = 1
        for size in shape:
            items *= size
        if items * dtype.itemsize != length:
            raise NotCt2(f"{name} does not have the size that its shape says")
        start = self.take(length)
        return name, np.frombuffer(self.data, dtype, items, start).reshape(shape)
