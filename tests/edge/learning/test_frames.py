"""Sentences made of frames, and the weights that are learnt from them."""

import tomllib
from pathlib import Path

from edge.learning.__main__ import Ear, learn, lessons, unpunctuated, written
from edge.learning.frames import Frame, Workshop
from edge.recall.meant import Weights

FILE = """
[slots]
thing = "keys | hat"
when = "today | before {thing} are lost"
[[group]]
form = "x"
for_companion = true
lines = "Where [is|are] my {thing}[|, please]?"
"""


def workshop(tmp_path: Path) -> Workshop:
    file = tmp_path / "frames.toml"
    file.write_text(FILE)
    return Workshop(file)


def test_a_frame_makes_each_of_its_sentences_once_and_always_the_same(tmp_path: Path) -> None:
    made = workshop(tmp_path)
    sentences = made.sentences(made.frames[0], 100, held_out=None)
    assert "Where is my hat, please?" in sentences
    assert len(sentences) == len(set(sentences)) <= 8
    assert sentences == workshop(tmp_path).sentences(made.frames[0], 100, held_out=None)


def test_a_filling_may_hold_another(tmp_path: Path) -> None:
    frame = Frame("Call {when}.", for_companion=True, follows_reply=False, form="x")
    assert "Call before hat are lost." in workshop(tmp_path).sentences(frame, 9, held_out=None)


def test_what_is_held_out_shares_neither_frame_nor_filling() -> None:
    made = Workshop()
    assert {frame.line for frame in made.frames if frame.is_held_out}
    frame = Frame("{thing}", for_companion=True, follows_reply=False, form="x")
    parts = [set(made.sentences(frame, 99, held_out=part)) for part in (False, True)]
    assert all(parts)
    assert not parts[0] & parts[1]


def test_no_frame_leaves_a_bracket_or_a_slot_behind() -> None:
    made = Workshop()
    for frame in made.frames:
        assert not any(set("[]{}|") & set(text) for text in made.sentences(frame, 3, held_out=None))


def test_a_sentence_is_learnt_as_it_may_be_heard() -> None:
    heard = [text for text, _ in Ear().hears("Remind me about the budget.")]
    assert heard[:2] == ["Remind me about the budget.", "remind me about the budget"]
    assert any(unpunctuated(text) != heard[1] for text in heard)


def test_weights_are_learnt_and_written_as_they_are_read() -> None:
    few = [lesson for number, lesson in enumerate(lessons(held_out=True)) if number % 40 == 0]
    weights = Weights(tomllib.loads(written(*learn(few))))
    asked, told = (weights.score([f"w{word}", f"s^ {word}"]) for word in ("remind", "he"))
    assert asked > told
