import pytest

from edge.evidence import Kind, Note
from edge.repeats import distinct, is_same_line


def kept(kind: Kind, *texts: str) -> list[str]:
    notes = [Note(kind, text, n, n) for n, text in enumerate(texts)]
    return [note.text for note, first in distinct(notes) if note is first]


@pytest.mark.parametrize(
    ("one", "other"),
    [("HARBOUR BAKERY", "HARB0UR BAKERY"), ("Fresh bread", "FRESH  BREAD."), ("OPEN", "open")],
)
def test_two_readings_of_a_line(one: str, other: str) -> None:
    assert is_same_line(one, other) == (one != "HARBOUR BAKERY")  # a digit is another number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Platform 4", "Platform 5"),
        ("Platform A", "Platform B"),
        ("Terminal North", "Terminal South"),
        ("OPEN MONDAY", "OPEN SUNDAY"),
    ],
)
def test_two_lines(one: str, other: str) -> None:
    assert not is_same_line(one, other)


def test_a_sight_that_shows_no_more_is_a_repeat() -> None:
    assert kept("seen", "cup, table\nEXIT", "cup\nEXIT", "cup, person") == [
        "cup, table\nEXIT",
        "cup, person",
    ]


def test_words_are_the_same_only_where_they_are_the_same() -> None:
    said = ("I took the pill.", "um, I took the pill", "I did not take the pill.", "On Monday.",
            "On Sunday.")  # fmt: skip
    assert kept("said", *said) == [said[0], *said[2:]]
