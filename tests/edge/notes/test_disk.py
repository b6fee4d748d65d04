"""A disk that is full, or read-only: nothing that was kept is lost, and it is said."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_disk import fill, mounted, remount
from test_store import SECRET, kept, note

from edge import voice_profile
from edge.messages import VoiceProfile
from edge.notes import Notes, NotesUnwritable, Wish, opening

CHILD = """
import errno, os, sys
from pathlib import Path
from edge.notes import Notes, NotesUnwritable
folder, opened = sys.argv[1], int(sys.argv[2])
notes = Notes(Path(folder), bytes(range(32)))
def fail(event, arguments):
    global opened
    if event == "open" and str(arguments[0]) == folder:
        opened -= 1
        if opened < 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
sys.addaudithook(fail)
try:
    notes.forget()
except NotesUnwritable:
    notes.remember(notes.recent()[0])
"""
"""Forgets on a medium that after so many times no longer brings a folder's names to it."""


def test_a_full_disk_loses_nothing_and_is_said(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk:
        with kept(disk, note("before")) as memory:
            hog = fill(disk)
            much = [note(f"much {n} " * 200) for n in range(2000)]
            with pytest.raises(NotesUnwritable, match=r"cannot write to .*full"):
                list(map(memory.remember, much))
            assert "before" in {n.text for n in memory.recent(5000)}
            hog.unlink()
            memory.remember(note("after"))
        with Notes(disk, SECRET) as again:
            assert {"before", "after"} <= {n.text for n in again.recent(5000)}


def test_what_cannot_be_forgotten_for_lack_of_room_is_forgotten_later(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk:
        with kept(
            disk, note("zanzibar"), *(note(f"keep {n} " * 100) for n in range(200))
        ) as memory:
            memory.wish(Wish(words=("zanzibar",)))
            hog = fill(disk)
            with pytest.raises(NotesUnwritable, match="cannot erase from"):
                memory.forget()
            assert len(memory.recent(500)) == 201
            hog.unlink()
            memory.forget()
            assert memory.search(["zanzibar"]) == []
        assert len(list(disk.glob("*.sqlite"))) == 1


def test_on_a_read_only_disk_notes_can_be_looked_at_and_not_written(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk:
        with kept(disk / "whole", note("zanzibar")) as memory:
            shutil.copytree(disk / "whole", disk / "with-log")
            assert (disk / "with-log" / f"{memory.generation.file.name}-wal").stat().st_size
        remount(disk, "ro")
        for folder in (disk / "whole", disk / "with-log"):
            with opening.for_reading(folder, SECRET) as reading:
                assert reading.search(["zanzibar"])
            with pytest.raises(NotesUnwritable, match=r"cannot (open|use) the notes"):
                Notes(folder, SECRET)


def test_without_room_for_a_copy_the_last_one_stays(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk, kept(disk, note("a")) as memory:
        memory.make_copy()
        before = memory.generation.copy.read_bytes()
        memory.remember_all([note(f"text {n} " * 100) for n in range(300)])
        fill(disk)
        with pytest.raises(OSError, match=r"cannot copy|No space"):
            memory.make_copy()
        assert memory.generation.copy.read_bytes() == before
        assert not list(disk.glob("*.new"))


def test_without_room_for_a_voice_the_last_one_stays_and_it_is_said(tmp_path: Path) -> None:
    voice = VoiceProfile("A" * 342 + "==", voice_profile.MODEL)
    with mounted(tmp_path / "disk") as disk:
        voice_profile.store(disk, voice, SECRET)
        fill(disk)
        with pytest.raises(OSError, match="full") as refused:
            voice_profile.store(disk, VoiceProfile("B" * 342 + "==", voice.model), SECRET)
        assert refused.value.strerror
        assert voice_profile.load(disk, SECRET) == voice


@pytest.mark.parametrize(("opened", "texts"), [(0, ["keep", "keep"]), (1, ["keep"])])
def test_a_renewal_that_fails_at_its_end_loses_nothing(
    tmp_path: Path, opened: int, texts: list[str]
) -> None:
    kept(tmp_path, note("keep")).close()
    argv = [sys.executable, "-c", CHILD, str(tmp_path), str(opened)]
    ended = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert ("Damaged: the old key of the notes in" in ended.stderr) == bool(opened)
    with Notes(tmp_path, SECRET) as memory:
        assert [n.text for n in memory.recent()] == texts
    assert len(list(tmp_path.glob("*.salt"))) == 1
