"""What is inside a file that torch saved? Read it without torch.

Since torch 1.6 it is a zip archive: a pickle that describes the tensors by name, and a member for
each storage. Before, it was four pickles (a magic number, a version, the machine, the tensors), a
fifth with the keys of the storages, and then each storage: its count of numbers and the numbers. A
pickle is a program; this reader knows four names of it, all of which only describe tensors, and
refuses any other.
"""

import io
import pickle
import struct
import zipfile
from collections import OrderedDict
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001

Array = NDArray[Any]


class NotTorch(ValueError):
    """The bytes are not a file of torch that this reader knows."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a readable file of torch: {reason}; fetch it again")


class _Storage(NamedTuple):
    key: str
    dtype: type[np.floating[Any]]


class _Tensor(NamedTuple):
    storage: "_Storage"
    offset: int
    shape: tuple[int, ...]


def read(data: bytes, entry: str) -> dict[str, Array]:
    """Return the tensors by name, float32 or float16, under one entry; raise NotTorch."""
    is_zip = zipfile.is_zipfile(io.BytesIO(data))
    try:
        return (_read_zip if is_zip else _read)(io.BytesIO(data), entry)
    except NotTorch:
        raise
    except (pickle.UnpicklingError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise NotTorch(type(error).__name__) from error
    except (EOFError, struct.error, zipfile.BadZipFile) as error:
        raise NotTorch("it ends early") from error


def _read(file: io.BytesIO, entry: str) -> dict[str, Array]:
    if _Describing(file).load() != MAGIC or _Describing(file).load() != VERSION:
        raise NotTorch("another format")
    _Describing(file).load()
    describing = _Describing(file)
    described: dict[str, _Tensor] = describing.load()[entry]
    dtypes = describing.dtypes  # of the other entries' storages too, which lie between
    storages = {key: _storage(file, dtypes[key]) for key in _Describing(file).load()}
    return {name: _filled(tensor, storages) for name, tensor in described.items()}


def _read_zip(file: io.BytesIO, entry: str) -> dict[str, Array]:
    with zipfile.ZipFile(file) as archive:
        (listed,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
        folder = listed.removesuffix("data.pkl")
        described: dict[str, _Tensor] = _Describing(archive.open(listed)).load()[entry]
        wanted = {tensor.storage for tensor in described.values()}
        storages = {
            key: np.frombuffer(archive.read(f"{folder}data/{key}"), dtype) for key, dtype in wanted
        }
    return {name: _filled(tensor, storages) for name, tensor in described.items()}


def _storage(file: io.BytesIO, dtype: type[np.floating[Any]]) -> Array:
    (count,) = struct.unpack("<q", file.read(8))
    length_bytes = np.dtype(dtype).itemsize * max(0, count)
    content = file.read(length_bytes)
    if len(content) != length_bytes or count < 0:
        raise NotTorch("it ends early")
    return np.frombuffer(content, dtype)


def _filled(tensor: _Tensor, storages: dict[str, Array]) -> Array:
    count = int(np.prod(tensor.shape, dtype=np.int64))
    numbers = storages[tensor.storage.key][tensor.offset : tensor.offset + count]
    return numbers.reshape(tensor.shape)


def _tensor(
    storage: _Storage,
    offset: int,
    shape: tuple[int, ...],
    *strides_and_such: Any,  # noqa: ANN401 (a pickle's arguments)
) -> _Tensor:
    strides = tuple(int(np.prod(shape[place + 1 :])) for place in range(len(shape)))
    if strides_and_such[0] != strides:
        raise NotTorch("a tensor that does not lie in one piece")
    return _Tensor(storage, offset, shape)


_KNOWN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch", "FloatStorage"): np.float32,
    ("torch", "HalfStorage"): np.float16,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
}


class _Describing(pickle.Unpickler):
    """Makes descriptions of tensors, lists, numbers and texts, and nothing else."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.dtypes: dict[str, type[np.floating[Any]]] = {}
        """Of every storage that was described."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 (as in the base class)
        if (module, name) not in _KNOWN:
            raise NotTorch(f"it wants {module}.{name}")
        return _KNOWN[module, name]

    def persistent_load(self, pid: Any) -> _Storage:  # noqa: ANN401 (as in the base class)
        """Return the key of a storage, and what its numbers are."""
        kind, number, key, *_ = pid
        if kind != "storage" or number not in {np.float32, np.float16}:
            raise NotTorch("numbers that are neither float32 nor float16")
        self.dtypes[str(key)] = number
        return _Storage(str(key), number)
