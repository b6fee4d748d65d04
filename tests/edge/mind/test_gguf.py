"""What a GGUF file says of itself, and what is refused."""

import struct
from pathlib import Path

import pytest
import tiny_gguf

from edge.mind import gguf


def test_the_head_tells_what_is_needed_to_hold_it(tmp_path: Path) -> None:
    facts = gguf.read(tiny_gguf.write(tmp_path / "tiny.gguf"))
    assert (facts.architecture, facts.licence) == ("llama", "cc0-1.0")
    assert facts.longest_context == 4096
    assert facts.remembered_bytes == 2 * tiny_gguf.HEADS * 2 * tiny_gguf.WIDTH // tiny_gguf.HEADS
    assert not facts.converses


def test_one_that_was_taught_to_answer_has_a_template(tmp_path: Path) -> None:
    assert gguf.read(tiny_gguf.write(tmp_path / "tiny.gguf", template=tiny_gguf.TEMPLATE)).converses


def test_more_context_needs_more_memory(tmp_path: Path) -> None:
    facts = gguf.read(tiny_gguf.write(tmp_path / "tiny.gguf"))
    more_bytes = facts.needed_bytes(2000) - facts.needed_bytes(1000)
    assert more_bytes == 1000 * facts.remembered_bytes


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is no GGUF file"),
        (b"PK\x03\x04" + bytes(100), "it is no GGUF file"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 40), "it is no GGUF file"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 60), "it is no GGUF file"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 0), "it does not say its general.architecture"),
    ],
)
def test_what_is_no_model_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "odd.gguf"
    path.write_bytes(content)
    with pytest.raises(gguf.UselessModel, match=why):
        gguf.read(path)


def test_a_file_that_was_cut_short_in_its_head_is_refused(tmp_path: Path) -> None:
    whole = tiny_gguf.write(tmp_path / "tiny.gguf").read_bytes()
    cut = tmp_path / "cut.gguf"
    for length in range(4, 2000, 97):
        cut.write_bytes(whole[:length])
        with pytest.raises(gguf.UselessModel):
            gguf.read(cut)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(gguf.UselessModel, match="No such file"):
        gguf.read(tmp_path / "absent.gguf")
