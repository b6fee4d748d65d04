"""What is inside a `.safetensors` file? Read it with numpy alone, believing nothing.

u64 length of a JSON header, the header (name -> `dtype`, `shape`, `data_offsets`), then the
numbers. A `__metadata__` entry is not a tensor.
"""

import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

LONGEST_HEADER_BYTES = 100_000_000
_DTYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),
}


class NotSafeTensors(ValueError):
    """The bytes are not a safetensors file that this reader knows."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a readable safetensors file: {reason}")


def read(data: bytes) -> dict[str, Array]:
    """Return the tensors by name, float32 or float16; raise NotSafeTensors."""
    try:
        (length,) = struct.unpack_from("<Q", data)
        if length > min(LONGEST_HEADER_BYTES, len(data)):
            raise NotSafeTensors("it ends early")
        header = json.loads(data[8 : 8 + length])
        header.pop("__metadata__", None)
        numbers = memoryview(data)[8 + length :]
        return {name: _tensor(entry, numbers) for name, entry in header.items()}
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, NotSafeTensors):
            raise
        raise NotSafeTensors(type(error).__name__) from error


def _tensor(entry: dict[str, Any], numbers: memoryview) -> Array:
    first, last = entry["data_offsets"]
    flat: Array = np.frombuffer(numbers[first:last], _DTYPES[entry["dtype"]])
    stored: Array = flat.reshape(entry["shape"])
    if entry["dtype"] != "BF16":
        return stored
    widened: Array = (stored.astype(np.uint32) << 16).view(np.float32)
    return widened
