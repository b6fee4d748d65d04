"""Does the CTranslate2 reader take what is right, and refuse all else with one clear error?"""

import contextlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ct2 import NotCt2, read


def name(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"


def small_model() -> bytes:
    weight = np.arange(6, dtype="<f2").tobytes()
    variable = name("weight") + struct.pack("<BIIBI", 2, 2, 3, 4, len(weight)) + weight
    aliases = struct.pack("<I", 1) + name("tied") + name("weight")
    return (
        struct.pack("<I", 6) + name("WhisperSpec") + struct.pack("<II", 3, 1) + variable + aliases
    )


def test_reads_variables_and_aliases() -> None:
    model = read(small_model())
    assert (model.spec, model.revision, model.aliases) == ("WhisperSpec", 3, {"tied": "weight"})
    assert np.array_equal(model.variables["weight"], [[0, 1, 2], [3, 4, 5]])
    assert model.variables["weight"].dtype == np.float16


@pytest.mark.parametrize("length", range(len(small_model())))
def test_refuses_a_model_that_ends_early(length: int) -> None:
    with pytest.raises(NotCt2, match="fetch it again"):
        read(small_model()[:length])


def test_refuses_bytes_after_the_end() -> None:
    with pytest.raises(NotCt2, match="1 bytes too many"):
        read(small_model() + b"\0")


@given(st.binary(max_size=200))
def test_refuses_garbage(data: bytes) -> None:
    with pytest.raises(NotCt2):
        read(data)


@given(st.integers(0, len(small_model()) - 1), st.integers(1, 255))
def test_no_damaged_byte_raises_anything_else(place: int, flip: int) -> None:
    data = bytearray(small_model())
    data[place] ^= flip
    with contextlib.suppress(NotCt2):
        read(bytes(data))
