"""What counts as asked for by the wearer, and what only looks like it."""

import re

import pytest

from edge.tools import asked


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Remember that the code is 4711.", "the code is 4711"),
        ("Remember I'm allergic to nuts.", "You are allergic to nuts."),
        ("Note that my wife's birthday is May 5.", "your wife's birthday is May 5"),
        ("Don't let me forget to call Ann.", "call Ann"),
        ("It is late. Remember that I don't eat fish.", "You do not eat fish"),
        ("Remember that it costs $5, please.", "it costs $5"),
    ],
)
def test_the_wearer_s_own_words_may_be_kept(question: str, words: str) -> None:
    assert asked.keeps(question, words) or asked.spoken(question, words)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Remember that Ann is 30.", "Ann is not 30"),
        ("Remember that Ann isn't 30.", "Ann is 30"),
        ("Remember that I don't eat fish.", "eat fish"),
        ("Remember that Max owes Ann.", "Ann owes Max"),
        ("Ann is here. Remember that Max is a thief.", "Ann is a thief"),
        ("Remember that it costs 5.", "it costs $5"),
        ("Remember that Ann is 30.", "Ann is 30 \u0432\u043e\u0440"),
        ("Remember that.", ""),
        ("Remember that.", "..."),
    ],
)
def test_words_that_were_turned_around_are_not_the_wearer_s(question: str, words: str) -> None:
    assert not asked.keeps(question, words)


@pytest.mark.parametrize(
    ("question", "way", "is_asked"),
    [
        ("Put milk on my list.", asked.ADDING, True),
        ("I need milk.", asked.ADDING, True),
        ("Take milk off the list.", asked.ADDING, False),
        ("Take milk off the list.", asked.REMOVING, True),
        ("I bought milk.", asked.REMOVING, True),
        ("Put milk on my list.", asked.REMOVING, False),
        ("Do not put milk on my list.", asked.ADDING, False),
        ("Is milk on my list?", asked.ADDING, False),
    ],
)
def test_a_list_is_changed_the_way_the_wearer_said(
    question: str, way: re.Pattern[str], *, is_asked: bool
) -> None:
    assert asked.lists(question, way, "", ["milk"]) is is_asked


def test_a_look_up_is_narrowed_to_what_the_question_is_about() -> None:
    assert asked.narrowed("What does that sign say?", "sign safe code") == "sign"
    assert asked.narrowed("Where are my keys?", "key") == "key"
