"""Is the manifest complete and honest, and does it say clearly what is missing?"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from models import check, manifest
from models.manifest import CorruptModel, ModelNotFetched, Row, UnknownModel

ALLOWED_LICENCES = {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC"}
SHA256 = re.compile(r"[0-9a-f]{64}")
ROWS = pytest.mark.parametrize("row", manifest.rows(), ids=lambda row: row.name)
TYPES = {onnx.TensorProto.FLOAT: "float32", onnx.TensorProto.INT64: "int64"}


@ROWS
def test_every_row_says_whose_it_is_and_what_works_without(row: Row) -> None:
    assert row.licence in ALLOWED_LICENCES
    assert all((row.licence_source, row.job, row.without, row.version, row.build))
    assert row.bytes_resident > 0
    assert row.files
    assert row.recipe >= 1


@ROWS
def test_every_file_has_a_hash_unless_it_is_computed(row: Row) -> None:
    for file in row.files:
        assert file.bytes > 0
        assert bool(SHA256.fullmatch(file.sha256)) == (file.made != "computed")
    for member in row.members:
        assert SHA256.fullmatch(member.sha256)


@ROWS
def test_every_source_has_every_member_and_a_registry_comes_first(row: Row) -> None:
    kinds = [source.kind for source in row.sources]
    # minilm was made by its package, and language models are in no registry
    is_language_model = row.files[0].name.endswith(".gguf")
    alone = {"minilm": "pip"}.get(row.name, "url" if is_language_model else "")
    assert kinds in ([[alone]] if alone else [["pip", "url"], ["npm", "url"]])
    for source in row.sources:
        had = {name for archive in source.archives for name in archive.members}
        assert had == {member.name for member in row.members}
        assert all(SHA256.fullmatch(archive.sha256) for archive in source.archives)


@ROWS
def test_what_is_built_is_checked_against_references(row: Row) -> None:
    has_reference = (check.REFERENCES / f"{row.name}.toml").is_file()
    assert has_reference == (row.build in {"whisper", "centernet", "blazeface", "voice"})


def test_every_name_is_there_once() -> None:
    names = [row.name for row in manifest.rows()]
    assert len(names) == len(set(names))


def test_an_unknown_model_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownModel, match=r"did you mean 'whisper-tiny\.en'"):
        manifest.row("whisper-tiny")


def test_a_model_that_is_not_here_says_how_to_fetch_it(own_folder: Path) -> None:
    assert not own_folder.exists()
    with pytest.raises(ModelNotFetched, match="run `offrecord models fetch centernet`"):
        manifest.read("centernet", "detector.onnx")


def test_a_damaged_file_is_not_read(own_folder: Path) -> None:
    folder = own_folder / "centernet"
    folder.mkdir(parents=True)
    (folder / "labels.txt").write_text("cat\n")
    receipt = ['version = "1"', "recipe = 1", "[files]"]
    receipt += [f'"labels.txt" = {{ bytes = 4, sha256 = "{"0" * 64}" }}']
    (folder / manifest.RECEIPT).write_text("\n".join(receipt))
    with pytest.raises(CorruptModel, match=r"labels.txt of model 'centernet' is damaged"):
        manifest.read("centernet", "labels.txt")


def test_a_garbled_receipt_counts_as_none(own_folder: Path) -> None:
    (own_folder / "centernet").mkdir(parents=True)
    (own_folder / "centernet" / manifest.RECEIPT).write_bytes(b"\xff\x00 = [")
    assert manifest.receipt("centernet") is None


def test_the_folder_follows_the_cache_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OFFRECORD_MODELS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert manifest.folder() == Path("/somewhere/offrecord/models")


def test_importing_it_brings_the_standard_library_only() -> None:
    code = "import sys, models.manifest; models.manifest.rows(); print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert not {"numpy", "onnx", "onnxruntime", "rich", "socket", "ssl"} & set(run.stdout.split())


@pytest.mark.parametrize("name", ["silero-vad", "whisper-tiny.en", "centernet", "pp-ocr"])
def test_inputs_and_outputs_are_those_of_the_graphs(
    name: str, fetched: Callable[[str], Path]
) -> None:
    folder = fetched(name)
    for file in manifest.row(name).files:
        if file.name.endswith(".onnx"):
            graph = onnx.load(folder / file.name).graph
            for tensors, values in ((file.inputs, graph.input), (file.outputs, graph.output)):
                expected = [(each, tensor.dtype) for tensor in tensors for each in tensor.names]
                found = [(each.name, TYPES[each.type.tensor_type.elem_type]) for each in values]
                assert found == expected


@pytest.mark.parametrize(
    "row", [row for row in manifest.rows() if row.default], ids=lambda r: r.name
)
def test_what_was_installed_is_what_the_manifest_says(
    row: Row, fetched: Callable[[str], Path]
) -> None:
    folder = fetched(row.name)
    receipt = manifest.receipt(row.name)
    assert receipt
    for file in row.files:
        assert (folder / file.name).stat().st_size == file.bytes
        if file.made != "computed":
            assert receipt.files[file.name] == (file.bytes, file.sha256)
