"""Is a model on this device whole or not at all, and is damage found?"""

import io
import json
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from conftest import Site

from models import download, fetch, manifest, sources
from models.download import WrongHash
from models.manifest import Archive, Member, Row, Source

PUBLISHED = b"what was published"


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def row_of(*given: Source, content: bytes = PUBLISHED) -> Row:
    """The row of a model of one file, which is copied from `given`."""
    file = manifest.File("file", len(content), "copied", digest(content), (), ())
    member = Member("file", digest(content), len(content))
    return replace(manifest.row("silero-vad"), files=(file,), members=(member,), sources=given)


def archive_of(location: str, content: bytes, inside: str, version: str = "") -> Archive:
    return Archive(location, version, "", digest(content), len(content), {"file": inside})


def tarball(inside: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as packed:
        entry = tarfile.TarInfo(inside)
        entry.size = len(content)
        packed.addfile(entry, io.BytesIO(content))
    return file.getvalue()


@pytest.fixture
def installed(own_folder: Path, fetched: Callable[[str], Path]) -> Path:
    """A copy of a fetched model, to be spoiled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("OFFRECORD_MODELS")
        source = fetched("silero-vad")
    return Path(shutil.copytree(source, own_folder / "silero-vad"))


def test_a_second_run_fetches_nothing(installed: Path) -> None:
    said: list[str] = []
    before = installed.stat().st_mtime_ns
    fetch.fetch(["silero-vad"], said.append)
    assert said == ["silero-vad: already here"]
    assert installed.stat().st_mtime_ns == before


def test_verify_finds_every_state(installed: Path) -> None:
    states = {result.name: result for result in fetch.verify()}
    assert states["silero-vad"].state == "ok"
    assert (states["centernet"].state, states["centernet"].ok) == ("missing", False)
    assert (states["whisper-base"].state, states["whisper-base"].ok) == ("missing", True)
    content = bytearray((installed / "silero_vad.onnx").read_bytes())
    content[1000] ^= 1
    (installed / "silero_vad.onnx").write_bytes(content)
    (damaged,) = fetch.verify(["silero-vad"])
    assert (damaged.state, damaged.detail) == ("corrupt", "silero_vad.onnx is damaged")


def test_a_forged_receipt_does_not_make_a_copied_file_right(installed: Path) -> None:
    (installed / "silero_vad.onnx").write_bytes(b"other")
    receipt = installed / manifest.RECEIPT
    row = manifest.row("silero-vad").files[0]
    forged = receipt.read_text().replace(row.sha256, digest(b"other")).replace(str(row.bytes), "5")
    receipt.write_text(forged)
    assert fetch.verify(["silero-vad"])[0].state == "corrupt"


def test_a_shortened_file_is_not_in_place(installed: Path) -> None:
    (installed / "silero_vad.onnx").write_bytes(b"")
    assert not fetch._is_in_place(manifest.row("silero-vad"))


def test_an_older_recipe_is_built_again(installed: Path) -> None:
    assert fetch._is_in_place(manifest.row("silero-vad"))
    assert not fetch._is_in_place(replace(manifest.row("silero-vad"), recipe=99))


def test_the_next_source_is_tried_and_the_model_is_put_in_place(
    site: Site, own_folder: Path
) -> None:
    site.files["/there"] = PUBLISHED
    gone = Source("url", (archive_of(f"{site.address}/gone", PUBLISHED, ""),))
    there = Source("url", (archive_of(f"{site.address}/there", PUBLISHED, ""),))
    said: list[str] = []
    fetch._install_all([row_of(gone, there)], said.append)
    assert any("404" in line for line in said)
    assert manifest.read("silero-vad", "silero_vad.onnx" if False else "silero_vad.onnx")
