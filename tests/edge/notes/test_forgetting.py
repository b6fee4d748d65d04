"""What is forgotten is nowhere: not in the decrypted file, its index, its free pages, a copy."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from test_store import SECRET, kept, note

from edge.evidence import Note
from edge.ledger import Content
from edge.notes import Notes, Wish, opening, vault
from edge.notes.forgetting import Doomed, meant
from edge.notes.retention import DAY_S

ZANZIBAR = note("The zanzibar pin is 4711.", 200.0)
CHILD = """
import os, signal, sys
from pathlib import Path
from edge.notes import Notes, Wish
notes = Notes(Path(sys.argv[1]), bytes(range(32)))
steps = int(sys.argv[2])
def count(event, arguments):
    global steps
    if event in {"open", "os.remove", "os.rename", "sqlite3.connect"}:
        steps -= 1
        if steps < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
notes.forget(Wish(words=("zanzibar",)))
"""


def decrypted(folder: Path) -> bytes:
    """Return every page of the file, free ones too, as whoever has the key sees them."""
    generation = vault.newest(folder, "notes")
    assert generation
    plain = folder.parent / f"{folder.name}.plain"
    with opening.for_reading(folder, SECRET) as reading:
        reading.db.execute("ATTACH DATABASE ? AS plain KEY ''", (str(plain),))
        reading.db.execute("SELECT sqlcipher_export('plain')")
        words = reading.db.execute("SELECT term FROM note_terms").fetchall()
        pages = reading.db.execute("PRAGMA freelist_count").fetchone()[0]
    assert pages == 0, "a free page may hold anything"
    return plain.read_bytes() + " ".join(term for (term,) in words).encode()


def test_the_phrase_is_nowhere_in_the_decrypted_file(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    secret = [note(f"zanzibar secret {n}", 200.0 + n) for n in range(50)]
    with kept(folder, note("keep this", 100.0), *secret) as memory:
        memory.keep_text(3, 210.0, Content("salt", "zanzibar secret 10"))
        memory.keep_meaning(1, b"one", b"pieces")
        memory.keep_meaning(2, b"zanzibar", b"zanzibar")
        memory.make_copy()
        assert len(memory.forget(Wish(since_s=200.0)).notes) == 50
        assert memory.search(["zanzibar"]) == []
        assert [n.text for n in memory.recent()] == ["keep this"]
        assert dict(memory.vectors()) == {1: b"one"}
        assert memory.pieces([1, 2]) == {1: b"pieces"}
    found = decrypted(folder)
    assert b"zanzibar" not in found
    assert b"keep this" in found


def test_the_old_key_is_destroyed_with_the_file_and_its_copy(tmp_path: Path) -> None:
    with kept(tmp_path, ZANZIBAR) as memory:
        memory.make_copy()
        old = {path.name for path in tmp_path.iterdir()}
        memory.forget(Wish(words=("pin",)))
    assert not old & {path.name for path in tmp_path.iterdir()}


def test_a_number_is_never_given_twice(tmp_path: Path) -> None:
    with kept(tmp_path, note("a"), ZANZIBAR) as memory:
        memory.forget(Wish(words=("zanzibar",)))
        assert memory.remember(note("b")) == 3


@pytest.mark.parametrize(
    ("wish", "left"),
    [
        (Wish(since_s=150.0), {"Anna likes figs.", "keys"}),
        (Wish(until_s=60.0), {"Anna likes figs.", "Walking with Anna."}),
        (Wish(words=("walk",)), {"Anna likes figs.", "keys"}),
        (Wish(person="anna"), {"keys"}),
        (Wish(person="anna", since_s=150.0), {"Anna likes figs.", "keys"}),
        (Wish(), set()),
    ],
)
def test_a_wish_means_all_that_it_says(tmp_path: Path, wish: Wish, left: set[str]) -> None:
    notes = [note("Anna likes figs.", 100.0), note("keys", 50.0), note("Walking with Anna.", 200.0)]
    with kept(tmp_path, *notes) as memory:
        memory.forget(wish)
        assert {n.text for n in memory.recent()} == left


def test_what_somebody_said_goes_with_the_person(tmp_path: Path) -> None:
    with kept(tmp_path, Note("said", "Figs!", 1, 1.0, "r", who="Anna"), note("keys")) as memory:
        memory.forget(Wish(person="anna"))
        assert [n.text for n in memory.recent()] == ["keys"]


def test_what_was_made_of_a_note_goes_with_it(tmp_path: Path) -> None:
    reply = Note("told", "In the bowl.", 1, 300.0, "r", "recall", rests_on=(1,))
    day = Note("derived", "A day about money.", 1, 400.0, "r", "recall", rests_on=(2,))
    quoting = note('You said: "The zanzibar pin is 4711."', 500.0, "told")
    other = note("It rains.", 600.0, "told")
    with kept(tmp_path, ZANZIBAR, reply, day, quoting, other) as memory:
        doomed = memory.forget(Wish(since_s=200.0, until_s=201.0))
        assert doomed.notes == {1, 2, 3, 4}


def test_the_ledger_s_words_go_with_the_note_that_came_of_them(tmp_path: Path) -> None:
    observed = Note("said", "The zanzibar pin is 4711.", 1, 200.0, "r", observation=5)
    with kept(tmp_path, observed) as memory:
        for number, when_s, text in (
            (4, 190.0, "before"),
            (5, 200.0, '{"text": "The zanzibar pin is 4711."}'),
            (6, 900.0, 'asked of a model: "Heard: The zanzibar pin is 4711."'),
            (7, 901.0, "after"),
        ):
            memory.keep_text(number, when_s, Content("salt", text))
        assert meant(memory, Wish(words=("zanzibar",))).texts == {5, 6}


@pytest.mark.parametrize("forget", [Notes.forget, lambda memory: memory.expire(31 * DAY_S)])
def test_a_wish_that_was_left_is_fulfilled_by_the_next_who_forgets(
    tmp_path: Path, forget: Callable[[Notes], Doomed]
) -> None:
    old, young = note("zanzibar", 0.0), note("The zanzibar pin is 4711.", 2 * DAY_S)
    with kept(tmp_path, old, young, note("keep", 2 * DAY_S)) as memory:
        opening.leave_wish(tmp_path, SECRET, Wish(words=("zanzibar",)))
        assert memory.has_wishes()
        assert forget(memory).notes == {1, 2}
        assert [n.text for n in memory.recent()] == ["keep"]
        assert not memory.has_wishes()


def test_a_kill_9_between_any_two_steps_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    ended_well, before = False, 0
    for steps in range(60):
        folder = tmp_path / f"{steps}"
        kept(folder, ZANZIBAR, *(note(f"keep {n}") for n in range(20))).close()
        ended = subprocess.run([sys.executable, "-c", CHILD, str(folder), str(steps)], check=False)
        with Notes(folder, SECRET) as memory:
            found = len(memory.search(["zanzibar"]))
            assert len(memory.search(["keep"])) == 20
            assert found in {0, 1}
            before += found
            assert found == 0 or memory.wishes() or steps < 5
            memory.forget()
            assert len(list(folder.glob("*.salt"))) == 1
            assert len(list(folder.glob("*.sqlite"))) == 1
        if ended.returncode == 0:
            ended_well = True
            break
        assert ended.returncode == -signal.SIGKILL
    assert ended_well
    assert before > 0
