"""`offrecord why`: from a reply to the notes, the models and the ledger."""

import json
from pathlib import Path

import pytest

from edge import cli
from edge.evidence import Note
from edge.ledger import FILE_NAME, Leaving, Ledger, Occasion
from edge.messages import Hello, Model
from edge.notes import Notes, keys

HELLO = '{"models": [["whisper-tiny.en", "0123456789abcdef"]]}'
ENDPOINT = "http://127.0.0.1:1/v1"


def note(kind: str, text: str, at_s: float, **more: object) -> Note:
    return Note(kind, text, 0, at_s, "run", **more)  # type: ignore[arg-type]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with Notes(tmp_path, keys.secret()) as notes, Ledger(tmp_path / FILE_NAME, notes) as ledger:

        def enter(what: str, text: str, to: str = "runtime", why: str = "observation") -> int:
            leaving = Leaving(what, len(text), why, text, to=to)
            return ledger.append(leaving, Occasion("run", 100.0, "live")).number

        enter(Hello.__name__, HELLO)
        heard = enter("Transcript", '{"text": "I put the keys in the bowl."}')
        keys_note = note("said", "I put the keys in the bowl.", 100.0, source="whisper-tiny.en",
                         confidence=91, who="wearer", observation=heard)  # fmt: skip
        notes.remember(keys_note)
        notes.remember(note("derived", "At home: keys.", 101.0, rests_on=(1,)))
        asked = enter("Transcript", '{"text": "Where are the keys?"}')
        notes.remember(note("asked", "Where are the keys?", 110.0, observation=asked))
        notes.remember(note("told", "In the bowl.", 110.0, source="recall", rests_on=(1, 2)))
        asked = enter("Transcript", '{"text": "Why is the sky blue?"}')
        notes.remember(note("asked", "Why is the sky blue?", 120.0, observation=asked))
        enter("Question", "the whole request", ENDPOINT, "nothing in the notes is about it")
        notes.remember(note("told", "It scatters \x1b[31mlight.", 120.0, source="small"))
    return tmp_path


def why(capsys: pytest.CaptureFixture[str], data: Path, *arguments: str) -> str:
    assert cli.main(["why", *arguments, "--data", str(data)]) == 0
    return capsys.readouterr().out


def test_a_reply_leads_to_its_notes_their_models_and_the_ledger(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = why(capsys, data, "bowl")
    for words in ("asked: Where are the keys?", "the built-in answers", "note 1, said (wearer)",
                  "whisper-tiny.en, 0123456789abcdef", "row 1 of the ledger"):  # fmt: skip
        assert words in page
    assert "sent on" not in page.replace("nothing was sent on", "")


def test_what_was_sent_on_is_shown_with_why(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = why(capsys, data)
    assert "answered by small" in page
    assert f"to {ENDPOINT}" in page
    assert "because: nothing in the notes is about it" in page
    assert "\x1b" not in page


def test_it_is_told_to_a_program_too(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(why(capsys, data, "4", "--json"))
    assert found["question"]["text"] == "Where are the keys?"
    first, second = found["rests_on"]
    assert first["model"] == {"name": "whisper-tiny.en", "sha256": "0123456789abcdef"}
    assert first["observed"]["what"] == "Transcript"
    assert [each["id"] for each in second["made_of"]] == [1]
    assert found["sent"] == []
    assert [row["what"] for row in json.loads(why(capsys, data, "--json"))["sent"]] == ["Question"]


def test_what_was_forgotten_since_is_counted(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Notes(data, keys.secret()) as notes:
        notes.db.execute("DELETE FROM note WHERE id = 1")
    assert "1 note that was forgotten since" in why(capsys, data, "4")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("99", "there is no note 99"), ("1", "note 1 is no reply"), ("xylophone", "no reply holds")],
)
def test_what_is_no_reply_is_refused_in_one_sentence(
    data: Path, capsys: pytest.CaptureFixture[str], words: str, sentence: str
) -> None:
    assert cli.main(["why", words, "--data", str(data)]) == 2
    told = capsys.readouterr()
    assert sentence in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_the_models_are_named_as_the_chamber_introduces_them() -> None:
    hello = Hello((Model("whisper-tiny.en", "0123456789abcdef"),))
    assert hello.models[0].name in HELLO
