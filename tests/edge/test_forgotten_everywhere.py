"""What is forgotten stands on no page of any command, and in no file of the folder, key or none."""

import json
import re
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import decrypted
import pytest
import typed

from edge import ledger, voice_profile
from edge.addressee import Kind as Addressed
from edge.companion import phones
from edge.digest.compaction import compacted
from edge.errand import Errand
from edge.evidence import Kind, Note, Now
from edge.ledger import Leaving, Ledger, Occasion
from edge.messages import VoiceProfile
from edge.notes import Notes, keys
from edge.proactive import Kind as Offered
from edge.proactive.offers import source_of
from edge.reason import abilities
from edge.recall.learnt import Learnt
from edge.tools.grants import GrantsFile

PROMISE = "I'll bring Zebulon the zanzibar lanterns by Friday."
OTHER = "I'll send Katrin the roster by Monday."
PAGES = (
    ("notes", "search", "zanzibar"),
    ("notes", "search"),
    ("notes", "stats"),
    ("today",),
    ("today", "--json"),
    ("why",),
    ("why", "--json"),
    ("review",),
    ("review", "--json"),
    ("offers", "show"),
    ("offers", "show", "--json"),
    ("plans",),
    ("plans", "--json"),
    ("addressee", "show", "--json"),
    ("ledger", "--json"),
    ("ledger",),
    ("grants", "list"),
    ("phones",),
)
READ_NOTES = tuple(page for page in PAGES if page[0] not in {"grants", "phones"})


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which every room of the house has kept something of one matter."""
    folder = tmp_path_factory.mktemp("lived") / "data"
    folder.mkdir(mode=0o700)
    now = Now("r", 5000, time.time())
    with Notes(folder, keys.secret()) as notes:
        ages_s = count(1200, -60)

        def keep(text: str, kind: Kind = "said", source: str = "tiny", *on: int) -> int:
            age_s = next(ages_s)
            who = "wearer" if kind == "said" else "companion"
            return notes.remember(
                Note(kind, text, 0, now.wall_s - age_s, "r", source, 90, who=who, rests_on=on)
            )

        with Ledger(folder / ledger.FILE_NAME, notes) as book:
            for text in (PROMISE, OTHER):
                book.append(
                    Leaving("Transcript", 9, "observation", json.dumps({"text": text})),
                    Occasion("r", 0, "live"),
                )
        said = keep(PROMISE)
        kept = keep(OTHER)
        notes.keep_meaning(said, b"z" * 48, b"z" * 96)
        notes.remember_all(compacted(notes.get([said])))
        notes.remember_all(compacted(notes.get([kept])))
        offer = keep("You promised Zebulon something.", "told", source_of(Offered.PROMISE), said)
        notes.keep_verdict(offer, 2)
        keep("What did I promise?", "asked")
        keep("Zebulon gets his lanterns.", "told", "recall", said)
        for errand in (
            Errand("item", "zanzibar pepper", on_list="shopping"),
            Errand("reminder", "the zanzibar ferry", due_s=now.wall_s + 9000),
            Errand("plan", "Book the trip", steps=("find a zanzibar hotel", "pay it")),
            Errand("plan", "Paint the fence", steps=("buy paint",)),
        ):
            notes.remember(errand.note(now))
        lesson = Learnt().lesson(
            PROMISE, next(iter(Addressed)), follows_reply=False, was_meant=True
        )
        notes.keep_lesson(notes.get([said])[0].at_wall_s, lesson)
        notes.make_copy()
    GrantsFile(folder).decide("lamp.switch", "always")
    phones.let_in(folder, "pocket", ("see",))
    abilities.keep(folder, {"http://127.0.0.1:9 m": abilities.Abilities()})
    voice_profile.store(
        folder, VoiceProfile("A" * 342 + "==", voice_profile.MODEL), keys.secret(may_make=False)
    )
    return folder


@pytest.fixture
def another_key() -> Iterator[None]:
    kept = keys.path().read_bytes()
    keys.path().unlink()
    keys.secret()
    yield
    keys.path().write_bytes(kept)


def words_of(folder: Path) -> str:
    return decrypted.words_in(folder, keys.secret(may_make=False)).lower()


def test_without_the_key_no_file_of_the_folder_holds_a_word(data: Path) -> None:
    said = words_of(data)
    words = {each.encode() for each in re.findall(r"[a-z]{6,}", f"{PROMISE} {OTHER}".lower())}
    assert all(word.decode() in said for word in words)
    files = [path for path in data.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        content = path.read_bytes().lower()
        assert [word for word in words if word in content or word[::-1] in content] == [], path


@pytest.mark.usefixtures("another_key")
@pytest.mark.parametrize("page", READ_NOTES, ids=" ".join)
def test_with_another_key_every_page_is_one_sentence(data: Path, page: tuple[str, ...]) -> None:
    ran = typed.offrecord(*page, "--data", data)
    assert (ran.returncode != 0, ran.stdout) == (True, "")
    assert ran.stderr.count("\n") == 1
    assert "written with another key than this one" in ran.stderr


def test_what_is_forgotten_is_on_no_page_and_in_no_row(data: Path, tmp_path: Path) -> None:
    before = {page: typed.offrecord(*page, "--data", data) for page in PAGES}
    assert {ran.returncode for ran in before.values()} == {0}
    for word in ("zanzibar", "zebulon", "lanterns"):
        assert word in "".join(ran.stdout.lower() for ran in before.values())
    forgotten = typed.offrecord("notes", "forget", "topic", "zanzibar", "--yes", "--data", data)
    assert forgotten.returncode == 0
    exported = tmp_path / "all.jsonl"
    assert typed.offrecord("notes", "export", exported, "--data", data).returncode == 0
    after = {page: typed.offrecord(*page, "--data", data) for page in PAGES}
    for page, ran in after.items():
        told = ran.stdout.lower()
        assert [w for w in ("zanzibar", "zebulon", "lantern") if w in told] == [], page
    left = words_of(data) + exported.read_text("utf-8").lower()
    assert [word for word in ("zanzibar", "zebulon", "lantern") if word in left] == []
    assert "katrin" in left
    assert "paint the fence" in left
    with Notes(data, keys.secret(may_make=False)) as notes:
        assert dict(notes.vectors()) == {}
        assert (notes.verdicts(), notes.lessons()) == ({}, [])
