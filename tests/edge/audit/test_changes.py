"""What a walk over the disks sees of a change, on the real kernel."""

import os
import time
from pathlib import Path

import pytest

from edge.audit import changes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "looked at"
    made.mkdir()
    (made / "old").write_bytes(b"old")
    time.sleep(0.05)  # the clock of a file system has steps
    return made


def names(start_ns: int, folder: Path, *without: Path) -> set[str]:
    return {change.path.name for change in changes.since(start_ns, [folder], without).changed}


def test_a_new_file_an_attribute_and_a_timestamp_are_changes(folder: Path) -> None:
    start_ns = changes.moment_ns(folder.parent)
    assert names(start_ns, folder) == set()
    (folder / "new").write_bytes(b"")
    os.utime(folder / "old", (1, 1))
    assert names(start_ns, folder) == {"new", "old"}


def test_a_changed_mode_of_a_folder_is_a_change_and_a_longer_list_is_none(folder: Path) -> None:
    (folder / "inside").mkdir()
    (folder / "longer").mkdir()
    time.sleep(0.05)
    start_ns = changes.moment_ns(folder.parent)
    (folder / "inside").chmod(0o700)
    (folder / "longer" / "entry").touch()
    assert names(start_ns, folder) == {"inside", "entry"}


def test_folders_that_are_left_out_are_not_entered(folder: Path) -> None:
    start_ns = changes.moment_ns(folder.parent)
    (folder / "data").mkdir()
    (folder / "data" / "notes").touch()
    assert names(start_ns, folder, folder / "data") == set()


def test_the_places_hold_shared_memory_and_no_words_of_the_kernel() -> None:
    places = changes.places()
    assert Path("/dev/shm") in places  # noqa: S108
    assert Path("/proc") not in places
    assert len(places) == len(set(places))


def test_what_is_looked_at_is_a_question_of_its_mount(tmp_path: Path) -> None:
    assert changes.is_looked_at(tmp_path)
    assert not changes.is_looked_at(Path("/proc/self"))
