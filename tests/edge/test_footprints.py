"""What was measured is believed on the machine, and of the file, that it was measured of."""

from pathlib import Path

import msgspec
import pytest

from edge import footprints
from edge.chamber import roster
from edge.footprints import Book, Measured
from models.manifest import File, Job

SIZES = Measured("0" * 64, 10, 30, 20, 1.0, 2.0)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path))
    return tmp_path


def test_what_was_written_is_read(folder: Path) -> None:
    assert footprints.read() == {}
    footprints.write({"a/one": SIZES})
    assert (folder / footprints.FILE).exists()
    assert footprints.read() == {"a/one": SIZES}


@pytest.mark.parametrize(
    "other",
    [
        Book("another, 8 cores", footprints.runtime(), {"a/one": SIZES}),
        Book(footprints.machine(), "onnxruntime 0", {"a/one": SIZES}),
    ],
)
def test_another_machine_or_runtime_does_not_count(folder: Path, other: Book) -> None:
    (folder / footprints.FILE).write_bytes(msgspec.json.encode(other))
    assert footprints.read() == {}


def test_a_damaged_book_is_as_good_as_none(folder: Path) -> None:
    (folder / footprints.FILE).write_text("{")
    assert footprints.read() == {}


def test_of_what_nobody_measured_the_file_lets_guess() -> None:
    job = Job("soon", {})
    file = File("own.onnx", 1000, "copied", "", (), (), job)
    guessed = roster.specialist_of("own/own", file, job, None).footprint
    assert guessed.loading_bytes == 4000
    assert guessed.working_bytes > guessed.resident_bytes == 1200
