import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edge.evidence import Kind, Note
from edge.notes import Damaged, Notes, NotesUnwritable, WrongKey, opening, schema
from edge.notes.vault import SECRET_BYTES

SECRET = bytes(range(SECRET_BYTES))
CHILD = """
import sys
from pathlib import Path
from edge.evidence import Note
from edge.notes import Notes
notes = Notes(Path(sys.argv[1]), bytes(range(32)))
for n in range(int(sys.argv[2]), 1000000):
    notes.remember(Note("said", f"sentence number {n}", n, float(n)))
    print(n, flush=True)
"""


def note(text: str, at_wall_s: float = 100.0, kind: Kind = "said", run: str = "r") -> Note:
    return Note(kind, text, 5, at_wall_s, run, "tiny", 90)


def kept(path: Path, *notes: Note) -> Notes:
    memory = Notes(path, SECRET)
    memory.remember_all(notes)
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


def test_recent_is_newest_first(tmp_path: Path) -> None:
    with kept(tmp_path, note("a"), note("b"), note("c")) as memory:
        assert [n.text for n in memory.recent(2)] == ["c", "b"]


def test_all_that_is_known_of_a_note_comes_back(tmp_path: Path) -> None:
    whole = Note("told", "In the bowl.", 5, 6.0, "r", "recall", 80, 0, "companion", "live", 7, (1,))
    with kept(tmp_path, note("The bowl."), whole) as memory:
        found = memory.with_grounds(memory.get([2])[0])
        assert (found.id, found.rests_on) == (2, (1,))
        assert found == Note(*(getattr(whole, name) for name in Note.__slots__[:7]), 2,
                             "companion", "live", 7, (1,))  # fmt: skip


def kill_while_writing(path: Path, begin: int, notes: int) -> list[int]:
    """Write notes until a kill -9 after so many; return those that were told to be kept."""
    argv = [sys.executable, "-c", CHILD, str(path), str(begin)]
    child = subprocess.Popen(argv, stdout=subprocess.PIPE)
    assert child.stdout
    with child.stdout as told:
        written = [int(told.readline()) for _ in range(notes)]
        os.kill(child.pid, signal.SIGKILL)
        written += [int(line) for line in told if line.endswith(b"\n")]
    child.wait()
    return written


def test_kill_9_loses_nothing_that_was_written(tmp_path: Path) -> None:
    written = kill_while_writing(tmp_path, 0, 50)
    with Notes(tmp_path, SECRET) as memory:
        texts = {n.text for n in memory.recent(100_000)}
        assert {f"sentence number {n}" for n in written} <= texts
        assert memory.search(["sentence"], 5)


def test_the_file_and_its_log_hold_no_word(tmp_path: Path) -> None:
    with kept(tmp_path, *(note(f"zanzibar pomegranate {n}") for n in range(300))):
        files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {"notes.1.sqlite", "notes.1.sqlite-wal"} <= set(files)
    assert not any(b"zanzibar" in content or b"CREATE" in content for content in files.values())


def test_another_key_is_one_sentence_and_changes_nothing(tmp_path: Path) -> None:
    kept(tmp_path, note("a")).close()
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(WrongKey, match="another key than this one; nothing was changed"):
        Notes(tmp_path, bytes(32))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("page", [0, 3])
def test_a_damaged_page_is_noticed(tmp_path: Path, page: int) -> None:
    kept(tmp_path, *(note(f"text {n}" * 20) for n in range(200))).close()
    with (tmp_path / "notes.1.sqlite").open("r+b") as file:
        file.seek(4096 * page + 100)
        file.write(b"\xff" * 50)
    with pytest.raises(Damaged, match=r"notes\.1\.sqlite are damaged"):
        Notes(tmp_path, SECRET)


def test_notes_of_a_later_version_are_left_alone(tmp_path: Path) -> None:
    with kept(tmp_path) as memory:
        memory.db.execute("PRAGMA user_version = 99")
    with pytest.raises(Damaged, match="version 99"):
        Notes(tmp_path, SECRET)


def test_a_folder_that_is_no_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotesUnwritable, match="cannot open the notes"):
        Notes(tmp_path / "file" / "folder", SECRET)


def test_others_may_not_read_any_of_it(tmp_path: Path) -> None:
    with kept(tmp_path, note("a")) as memory:
        memory.make_copy()
        assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


def test_every_table_has_a_rule_for_what_stays(tmp_path: Path) -> None:
    with kept(tmp_path) as memory:
        rows = memory.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    made = {
        name for (name,) in rows if not name.startswith(("sqlite_", "note_words", "note_terms"))
    }
    assert made == {table.name for table in schema.TABLES}
    without = [table.name for table in schema.TABLES if not _says_what_goes(table)]
    assert without == []
    assert schema.VERSION == 2


def _says_what_goes(table: schema.Table) -> bool:
    """Say whether a table has a rule of its own, or is one of whose rows a wish tells."""
    return bool(table.stays or table.with_note or table in schema.TOLD_OF)


def test_a_file_that_was_begun_without_a_table_is_given_it(tmp_path: Path) -> None:
    with kept(tmp_path, note("a")) as memory:
        memory.db.execute("DROP TABLE lesson")
    with opening.for_reading(tmp_path, SECRET) as reading:
        assert reading.lessons() == []
    with kept(tmp_path) as memory:
        assert "lesson" in memory.tables()
        assert memory.recent()[0].text == "a"


def test_a_reader_sees_what_is_just_written(tmp_path: Path) -> None:
    with kept(tmp_path, note("a")) as memory, opening.for_reading(tmp_path, SECRET) as reading:
        memory.remember(note("b"))
        assert [n.text for n in reading.recent()] == ["b", "a"]
