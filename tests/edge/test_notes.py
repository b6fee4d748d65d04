import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from edge.evidence import Kind, Note
from edge.notes import DamagedNotes, Notes, NotesUnwritable, set_aside

CHILD = """
import sys
from pathlib import Path
from edge.evidence import Note
from edge.notes import Notes
notes = Notes(Path(sys.argv[1]))
for n in range(1000):
    notes.remember(Note("said", f"sentence number {n}", n, float(n)))
    print(n, flush=True)
"""


def note(text: str, at_wall_s: float = 100.0, kind: Kind = "said", run: str = "r") -> Note:
    return Note(kind, text, 5, at_wall_s, run, "tiny", 90)


def kept(path: Path, *notes: Note) -> Notes:
    memory = Notes(path / "notes.sqlite")
    for each in notes:
        memory.remember(each)
    return memory


def test_what_is_written_is_found_by_its_stem(tmp_path: Path) -> None:
    with kept(tmp_path, note("We were walking to the stations."), note("Tea?")) as memory:
        assert [n.text for n in memory.search(["walk", "station"])] == [
            "We were walking to the stations."
        ]


def test_the_better_match_comes_first_and_the_limit_holds(tmp_path: Path) -> None:
    notes = [note("keys"), note("blue keys in a bowl"), note("blue sky")]
    with kept(tmp_path, *notes) as memory:
        assert memory.search(["blue", "keys", "bowl"], 1)[0].text == "blue keys in a bowl"


def test_a_search_for_nothing_or_for_syntax_finds_nothing(tmp_path: Path) -> None:
    with kept(tmp_path, note("one AND two")) as memory:
        assert memory.search([]) == []
        assert memory.search(['"', "NEAR(", "*"]) == []
        assert len(memory.search(["and", "or"])) == 1


def test_the_dialogue_is_no_evidence(tmp_path: Path) -> None:
    with kept(tmp_path, note("Where are my keys?", kind="asked")) as memory:
        assert memory.search(["keys"]) == []
        assert memory.recent() == []
        assert memory.of_run("r")[0].kind == "asked"


def test_last_seen_finds_the_newest_picture(tmp_path: Path) -> None:
    views = [note("cup, book", 1, "seen"), note("cup", 2, "seen"), note("dog", 3, "seen")]
    with kept(tmp_path, *views, note("cup", 4)) as memory:
        found = memory.last_seen("cup")
        assert found
        assert found.at_wall_s == 2
        assert memory.last_seen("cat") is None


def test_recent_is_newest_first(tmp_path: Path) -> None:
    with kept(tmp_path, note("a"), note("b"), note("c")) as memory:
        assert [n.text for n in memory.recent(2)] == ["c", "b"]


def test_what_is_forgotten_is_gone_from_the_bytes(tmp_path: Path) -> None:
    secret = [note(f"zanzibar secret {n}", 200.0 + n) for n in range(50)]
    with kept(tmp_path, note("keep this", 100.0), *secret) as memory:
        assert memory.forget(200.0) == 50
        left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"zanzibar" not in left
        assert memory.search(["zanzibar"]) == []
        assert [n.text for n in memory.recent()] == ["keep this"]


def test_kill_9_loses_nothing_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE)
    assert child.stdout
    with child.stdout as told:
        written = [int(told.readline()) for _ in range(50)]
        os.kill(child.pid, signal.SIGKILL)
        written += [int(line) for line in told]
    child.wait()
    with Notes(path) as memory:
        texts = {n.text for n in memory.recent(2000)}
        assert {f"sentence number {n}" for n in written} <= texts
        assert memory.search(["sentence"], 5)


def test_a_damaged_file_is_named_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    path.write_bytes(b"something else" * 1000)
    with pytest.raises(DamagedNotes, match=r"notes\.sqlite are damaged .* nothing was deleted"):
        Notes(path)
    assert set_aside(path, "1").read_bytes().startswith(b"something else")
    Notes(path).close()


def test_damage_in_the_middle_is_noticed(tmp_path: Path) -> None:
    with kept(tmp_path, *(note(f"text {n}" * 20) for n in range(200))):
        pass
    path = tmp_path / "notes.sqlite"
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 2)
    with pytest.raises(DamagedNotes):
        Notes(path)


def test_notes_of_a_later_version_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(DamagedNotes, match="version 99"):
        Notes(path)


def test_a_folder_that_is_no_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotesUnwritable, match="cannot open the notes"):
        Notes(tmp_path / "file" / "notes.sqlite")


def test_others_may_not_read_it(tmp_path: Path) -> None:
    with kept(tmp_path, note("a")):
        assert (tmp_path / "notes.sqlite").stat().st_mode & 0o077 == 0
