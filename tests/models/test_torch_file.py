"""Does the reader of torch's files take tensors, and run nothing that a file asks for?"""

import collections
import os
import pickle
import struct
from typing import Any

import numpy as np
import pytest

from models import torch_file
from models.torch_file import NotTorch


class Named:
    """Stands in a pickle for a name of a module that is not installed."""

    def __init__(self, *call: object) -> None:
        self.call = call

    def __reduce__(self) -> Any:  # noqa: ANN401 (as pickle wants it)
        return self.call


NUMBERS = struct.pack("<q2f", 2, 1.0, 2.0)


def saved(described: bytes, keys: str = "7", storages: bytes = NUMBERS) -> bytes:
    head = [pickle.dumps(part, 2) for part in (torch_file.MAGIC, torch_file.VERSION, {})]
    return b"".join((*head, described, pickle.dumps([*keys], 2), storages))


def entry(name: bytes, storage: bytes) -> bytes:
    """Describe a tensor `w` of two numbers under a name of five letters."""
    return (
        b"U\x05" + name + b"ccollections\nOrderedDict\n)RU\x01wctorch._utils\n_rebuild_tensor_v2\n"
        b"((U\x07storagectorch\nFloatStorage\nU\x01" + storage + b"U\x03cpuK\x02NtQ"
        b"K\x00K\x02\x85K\x01\x85\x89}tRss"
    )


TENSOR = b"\x80\x02}" + entry(b"state", b"7") + b"."


def test_reads_a_tensor() -> None:
    read = torch_file.read(saved(TENSOR), "state")
    assert np.array_equal(read["w"], np.array([1.0, 2.0], np.float32))


def test_storages_of_other_entries_may_lie_before_it() -> None:
    both = b"\x80\x02}" + entry(b"other", b"6") + entry(b"state", b"7") + b"."
    others = struct.pack("<q2f", 2, 8.0, 9.0)
    read = torch_file.read(saved(both, "67", others + NUMBERS), "state")
    assert np.array_equal(read["w"], np.array([1.0, 2.0], np.float32))


def test_runs_nothing_that_a_file_asks_for(tmp_path: Any) -> None:  # noqa: ANN401 (a path)
    trace = tmp_path / "trace"
    asks = pickle.dumps(Named(os.system, (f"touch {trace}",)), 2)
    with pytest.raises(NotTorch, match="system"):
        torch_file.read(saved(asks), "state")
    assert not trace.exists()


def test_refuses_a_file_that_ends_early() -> None:
    whole = saved(TENSOR)
    for length in range(len(whole)):
        with pytest.raises(NotTorch):
            torch_file.read(whole[:length], "state")


def test_refuses_an_entry_that_is_not_there() -> None:
    empty = pickle.dumps(collections.OrderedDict(), 2)
    with pytest.raises(NotTorch, match="KeyError"):
        torch_file.read(saved(empty), "state")
