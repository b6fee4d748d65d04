"""What may be spoken of a text that still grows."""

import pytest

from edge.runtime.sentences import MOST_CHARACTERS, taken


@pytest.mark.parametrize(
    ("text", "ready", "rest"),
    [
        ("", [], ""),
        ("Your keys", [], "Your keys"),
        ("Your keys are here.", [], "Your keys are here."),  # perhaps ".5 metres"
        ("Your keys are here. They", ["Your keys are here."], " They"),
        ("It is 3.5 degrees. Take", ["It is 3.5 degrees."], " Take"),
        ("Mr. Smith called. He", ["Mr. Smith called."], " He"),
        ("At 5 p.m. it rained! So", ["At 5 p.m. it rained!"], " So"),
        ('He said "no." Then', ['He said "no."'], " Then"),
        ("First\nSecond", ["First"], "Second"),
    ],
)
def test_a_sentence_is_ready_when_its_end_is_sure(text: str, ready: list[str], rest: str) -> None:
    assert taken(text, is_whole=False) == (ready, rest)


def test_of_a_whole_text_nothing_is_left() -> None:
    assert taken("It is late. Good night", is_whole=True) == (["It is late.", "Good night"], "")


def test_what_has_no_letters_is_not_spoken() -> None:
    assert taken("… \n --- \n", is_whole=True) == ([], "")


def test_a_sentence_without_an_end_is_spoken_in_parts() -> None:
    text = ", ".join(["one more thing"] * 60)
    parts, _ = taken(text, is_whole=True)
    assert len(parts) > 1
    assert max(map(len, parts)) <= MOST_CHARACTERS
    assert " ".join(parts) == text


def test_a_word_without_an_end_too() -> None:
    parts, _ = taken("a" * 1000, is_whole=True)
    assert "".join(parts) == "a" * 1000
