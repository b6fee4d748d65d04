"""What is inside a file that torch saved before its version 1.6? Read it without torch.

Four pickles (a magic number, a version, the machine, the tensors by name), a fifth with the keys
of the storages, and then each storage: its count of numbers and the numbers. A pickle is a program;
this reader knows three names of it, all of which only describe tensors, and refuses any other.
"""

import io
import pickle
import struct
from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001

Array = NDArray[np.float32]


class NotTorch(ValueError):
    """The bytes are not a file of torch that this reader knows."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a readable file of torch: {reason}; fetch it again")


class _Tensor(NamedTuple):
    storage: str
    offset: int
    shape: tuple[int, ...]


def read(data: bytes, entry: str) -> dict[str, Array]:
    """Return the float32 tensors by name that lie under one entry; raise NotTorch."""
    file = io.BytesIO(data)
    try:
        return _read(file, entry)
    except NotTorch:
        raise
    except (pickle.UnpicklingError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise NotTorch(type(error).__name__) from error
    except (EOFError, struct.error) as error:
        raise NotTorch("it ends early") from error


def _read(file: io.BytesIO, entry: str) -> dict[str, Array]:
    if _Describing(file).load() != MAGIC or _Describing(file).load() != VERSION:
        raise NotTorch("another format")
    _Describing(file).load()
    described = _Describing(file).load()[entry]
    storages = {key: _storage(file) for key in _Describing(file).load()}
    return {name: _filled(tensor, storages) for name, tensor in described.items()}


def _storage(file: io.BytesIO) -> Array:
    (count,) = struct.unpack("<q", file.read(8))
    content = file.read(4 * max(0, count))
    if len(content) != 4 * count:
        raise NotTorch("it ends early")
    return np.frombuffer(content, "<f4")


def _filled(tensor: _Tensor, storages: dict[str, Array]) -> Array:
    count = int(np.prod(tensor.shape, dtype=np.int64))
    return storages[tensor.storage][tensor.offset : tensor.offset + count].reshape(tensor.shape)


def _tensor(storage: str, offset: int, shape: tuple[int, ...], *strides_and_such: Any) -> _Tensor:  # noqa: ANN401 (a pickle's arguments)
    strides = tuple(int(np.prod(shape[place + 1 :])) for place in range(len(shape)))
    if strides_and_such[0] != strides:
        raise NotTorch("a tensor that does not lie in one piece")
    return _Tensor(storage, offset, shape)


_KNOWN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch", "FloatStorage"): np.float32,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
}


class _Describing(pickle.Unpickler):
    """Makes descriptions of tensors, lists, numbers and texts, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 (as in the base class)
        if (module, name) not in _KNOWN:
            raise NotTorch(f"it wants {module}.{name}")
        return _KNOWN[module, name]

    def persistent_load(self, pid: Any) -> str:  # noqa: ANN401 (as in the base class)
        """Return the key of a storage."""
        kind, number, key, *_ = pid
        if kind != "storage" or number is not np.float32:
            raise NotTorch("numbers that are not float32")
        return str(key)
