"""A model that the user made: one row, one file."""

import hashlib
from pathlib import Path

import pytest

from models import fetch, manifest
from models.manifest import BadRow, CorruptModel

CONTENT = b"a graph of my own"
ROW = """
[[model]]
name = "my-mug"
job = "says whether my mug is there"

[[model.file]]
name = "mug.onnx"
bytes = {size}
sha256 = "{digest}"
job = {{ patience = "soon", typical = {{ n = 1 }} }}
inputs = [{{ name = "x", dtype = "float32", shape = ["n", 4], unit = "grey" }}]
outputs = [{{ name = "y", dtype = "float32", shape = ["n", 1] }}]
"""


def install(folder: Path, row: str = ROW) -> None:
    (folder / "my-mug").mkdir(parents=True)
    (folder / "my-mug" / "mug.onnx").write_bytes(CONTENT)
    digest = hashlib.sha256(CONTENT).hexdigest()
    (folder / manifest.OWN_ROWS).write_text(row.format(size=len(CONTENT), digest=digest))


def test_it_is_a_model_like_the_others(own_folder: Path) -> None:
    install(own_folder)
    row = manifest.row("my-mug")
    (file,) = row.files
    assert file.job
    assert file.job.patience == "soon"
    assert file.inputs[0].unit == "grey"
    assert manifest.read("my-mug", "mug.onnx") == CONTENT
    assert [result.state for result in fetch.verify(["my-mug"])] == ["ok"]


def test_a_damaged_one_is_refused(own_folder: Path) -> None:
    install(own_folder)
    (own_folder / "my-mug" / "mug.onnx").write_bytes(b"another graph")
    with pytest.raises(CorruptModel):
        manifest.read("my-mug", "mug.onnx")


def test_a_row_that_cannot_be_read_is_named(own_folder: Path) -> None:
    own_folder.mkdir()
    (own_folder / manifest.OWN_ROWS).write_text("[[model]]\nname = 'half'\n")
    with pytest.raises(BadRow, match=r"own\.toml cannot be used: a row has no 'job'"):
        manifest.rows()


def test_without_rows_of_ones_own_there_are_the_shipped_ones(own_folder: Path) -> None:
    assert not own_folder.exists()
    assert manifest.own_rows() == ()
    assert manifest.row("silero-vad")
