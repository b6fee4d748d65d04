"""Damage: what is damaged is set aside, the copy takes its place, and a person is told."""

from pathlib import Path

import pytest
from test_store import SECRET, kept, note

from edge.notes import Notes, opening, vault


def damage(folder: Path) -> None:
    with next(folder.glob("notes.*.sqlite")).open("r+b") as file:
        file.seek(4096 + 500)
        file.write(b"\xff" * 100)


def test_the_last_good_copy_takes_the_place_of_what_is_damaged(tmp_path: Path) -> None:
    with kept(tmp_path, note("before the copy")) as memory:
        memory.make_copy()
    damage(tmp_path)
    told: list[str] = []
    with opening.for_writing(tmp_path, SECRET, told.append) as memory:
        assert [n.text for n in memory.recent()] == ["before the copy"]
        memory.remember(note("after"))
    assert "damaged" in told[0]
    assert "the copy of" in told[0]
    assert len(list(tmp_path.glob("*damaged*sqlite"))) == 1


def test_without_a_copy_new_ones_begin_and_nothing_is_deleted(tmp_path: Path) -> None:
    kept(tmp_path, note("lost")).close()
    damage(tmp_path)
    damaged = next(tmp_path.glob("notes.*.sqlite")).read_bytes()
    told: list[str] = []
    with opening.for_writing(tmp_path, SECRET, told.append) as memory:
        assert memory.recent() == []
    assert "new ones begin" in told[0]
    assert next(tmp_path.glob("*damaged*sqlite")).read_bytes() == damaged


def test_a_salt_that_is_cut_short_is_damage_and_kept(tmp_path: Path) -> None:
    kept(tmp_path, note("lost")).close()
    (tmp_path / "notes.1.salt").write_bytes(b"short")
    told: list[str] = []
    with opening.for_writing(tmp_path, SECRET, told.append) as memory:
        assert memory.recent() == []
    assert "notes.1.salt is damaged" in told[0]
    assert next(tmp_path.glob("*damaged*.salt")).read_bytes() == b"short"


def test_a_copy_is_due_once_a_day(tmp_path: Path) -> None:
    with kept(tmp_path, note("a")) as memory:
        assert opening.is_copy_due(memory, 0.0)
        memory.make_copy()
        made_s = memory.generation.copy.stat().st_mtime
        assert not opening.is_copy_due(memory, made_s + 3600)
        assert opening.is_copy_due(memory, made_s + 86_400)


def test_what_a_death_left_half_made_is_cleared_away(tmp_path: Path) -> None:
    kept(tmp_path, note("a")).close()
    for name in ("notes.2.sqlite", "notes.2.sqlite-journal", "notes.1.salt.99.new", "notes.2.copy"):
        (tmp_path / name).write_bytes(b"half")
    with Notes(tmp_path, SECRET) as memory:
        assert [n.text for n in memory.recent()] == ["a"]
    assert {path.name for path in tmp_path.iterdir()} == {"notes.1.salt", "notes.1.sqlite"}


def test_two_generations_are_never_readable_for_long(tmp_path: Path) -> None:
    kept(tmp_path, note("old")).close()
    old = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with Notes(tmp_path, SECRET) as memory:
        memory.forget()
    for name, content in old.items():
        (tmp_path / name).write_bytes(content)  # as if killed before the old key was destroyed
    generation = vault.settle(tmp_path, "notes")
    assert generation
    assert generation.number == 2
    assert not (tmp_path / "notes.1.salt").exists()


def test_nothing_to_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(opening.NoNotes, match="no notes in"), opening.for_reading(tmp_path, SECRET):
        pass


def test_a_death_before_the_copy_took_its_place_does_not_cost_the_copy(tmp_path: Path) -> None:
    with kept(tmp_path, note("before the copy")) as memory:
        memory.make_copy()
    (tmp_path / "notes.1.sqlite").rename(tmp_path / "notes.1.damaged-20261122-000000.sqlite")
    told: list[str] = []
    for _ in range(2):
        with opening.for_writing(tmp_path, SECRET, told.append) as memory:
            assert [n.text for n in memory.recent()] == ["before the copy"]
    assert len(told) == 1
    assert "are gone" in told[0]
    assert "the copy of" in told[0]


def test_a_salt_that_vanishes_while_it_is_read_is_none(tmp_path: Path) -> None:
    kept(tmp_path, note("a")).close()
    (tmp_path / "notes.2.salt").symlink_to(tmp_path / "gone")
    found = vault.newest(tmp_path, "notes")
    assert found
    assert found.number == 1
