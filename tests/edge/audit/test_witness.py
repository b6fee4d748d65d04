"""Who changed a file, asked of the real kernel."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge.audit import changes, witness
from edge.audit.witness import Attribution, Witness


def python(code: str, *arguments: Path) -> int:
    child = subprocess.Popen(
        [sys.executable, "-c", f"import os, sys\n{code}", *map(str, arguments)]
    )
    assert child.wait() == 0
    return child.pid


def who(folder: Path, start_ns: int, ours: set[int], watching: Witness) -> Attribution:
    return witness.attribute(changes.since(start_ns, [folder]).changed, ours, watching)


def skip_unless(watching: Witness) -> None:
    if not watching.is_watching:
        pytest.skip("not root: the kernel does not say who changed a file")


@pytest.mark.parametrize(
    "deed",
    [
        "open(sys.argv[1], 'w').close()",
        "os.utime(sys.argv[1], (1, 1))",
        "os.chmod(sys.argv[1], 0o600)",
        "os.rename(sys.argv[1], sys.argv[1] + '2')",
    ],
)
def test_root_is_told_which_process_changed_a_file(tmp_path: Path, deed: str) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    file = folder / "file"
    file.touch()
    start_ns = changes.moment_ns(tmp_path)
    with Witness([tmp_path]) as seen:
        skip_unless(seen)
        ours = python(deed, file)
    found = who(folder, start_ns, {ours}, seen)
    assert len(found.ours) == 1
    assert len(who(folder, start_ns, {1}, seen).others) == 1


def test_root_is_told_of_a_file_that_was_removed_again(tmp_path: Path) -> None:
    with Witness([tmp_path]) as seen:
        skip_unless(seen)
        ours = python("open(sys.argv[1], 'w').close(); os.unlink(sys.argv[1])", tmp_path / "short")
        python("open(sys.argv[1], 'w').close()", tmp_path / "of another")
    assert {deed.name for deed in seen.deeds({ours}, [])} == {"short"}
    assert seen.deeds({ours}, [tmp_path]) == []


def test_without_a_witness_an_own_file_has_no_known_author(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    start_ns = changes.moment_ns(tmp_path)
    (folder / "file").touch()
    found = who(folder, start_ns, {os.getpid()}, Witness([]))
    assert [change.path.name for change in found.unknown] == ["file"]


def test_who_holds_a_file_open_for_writing_answers_for_it(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    start_ns = changes.moment_ns(tmp_path)
    with (folder / "file").open("w"):
        assert len(who(folder, start_ns, {os.getpid()}, Witness([])).ours) == 1
        assert len(who(folder, start_ns, {1}, Witness([])).others) == 1


def test_what_has_gone_again_is_nobodys(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    start_ns = changes.moment_ns(tmp_path)
    (folder / "file").touch()
    changed = changes.since(start_ns, [folder]).changed
    (folder / "file").unlink()
    assert witness.attribute(changed, set(), Witness([])) == Attribution((), (), ())
