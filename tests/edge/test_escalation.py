"""Who answers, and is a model's answer enough? Sentences that no rule was written for, too."""

import pytest

from edge.escalation import A_SUM, NOT_SURE, OF_THE_WORLD, Outcome, decided, enough
from edge.recall.confidence import WEIGHTS

GIVEN = (
    "Heard 5 h ago: I put the keys in the blue bowl.",
    "Heard 4 h ago: The ferry leaves at half past three.",
    "Heard 3 h ago: The meeting is not on Thursday.",
    "Heard 2 h ago: Anna said the rent is six hundred.",
    "Heard 90 min ago: Tom is allergic to nuts.",
    "Heard 80 min ago: Maria is coming at nine.",
    "Heard 70 min ago: The code of the shed is four seven one two.",
    'Saw 60 min ago: door; "STAFF ONLY"',
)  # fmt: skip

STANDS = [
    ("Where are my keys?", "In the blue bowl."),
    ("Where are my keys?", "You left your keys in the blue bowl."),
    ("When does the ferry leave?", "At 15:30."),
    ("When does the ferry leave?", "You said 4 hours ago that it leaves at 3:30."),
    ("Is the meeting on Thursday?", "No, the meeting is not on Thursday."),
    ("How much is the rent?", "Anna said it is 600."),
    ("Who is allergic to nuts?", "Tom."),
    ("When is Maria coming?", "Maria is coming at 9."),
    ("What is the code of the shed?", "The code is 4712."),
    ("What did the door say?", "It said staff only."),
]


@pytest.mark.parametrize(("question", "answer"), STANDS)
def test_an_answer_that_stands_in_its_sources_is_enough(question: str, answer: str) -> None:
    assert enough(question, answer, GIVEN).reason == ""


FALLS = [
    ("Where are my keys?", "", "nothing"),
    ("Where are my keys?", "I'm sorry, the notes don't mention it.", "does not know"),
    ("Where are my keys?", "There is no information about that.", "does not know"),
    ("Where are my keys?", "Your keys are in the red bowl.", "more than it was given"),
    ("Where are my keys?", "Probably in your jacket.", "more than it was given"),
    ("When does the ferry leave?", "At five.", "a number or a time"),
    ("When does the ferry leave?", "The ferry leaves on Friday.", "a day"),
    ("Is the meeting on Thursday?", "Yes, the meeting is on Thursday.", "the opposite"),
    ("Who told me about the rent?", "Bob did.", "somebody"),
    ("Who is allergic to nuts?", "Maria is allergic to nuts.", "apart"),
    ("What is the code of the shed?", "The code is 4721.", "a number"),
    ("What's the capital of Mongolia?", "Ulaanbaatar.", "more than it was given"),
]


@pytest.mark.parametrize(("question", "answer", "reason"), FALLS)
def test_an_answer_that_does_not_stand_is_not_enough(
    question: str, answer: str, reason: str
) -> None:
    verdict = enough(question, answer, GIVEN)
    assert not verdict.is_enough
    assert reason in verdict.reason


def test_what_a_later_line_replaces_is_not_enough() -> None:
    given = ("Heard 2 h ago: The car is parked on Mill Street.",
             "Heard 1 h ago: The car is parked on level three.")  # fmt: skip
    assert not enough("Where is the car parked?", "On Mill Street.", given).is_enough
    assert enough("Where is the car parked?", "On level three.", given).is_enough


def test_a_text_that_was_asked_for_may_have_words_of_its_own_but_no_facts() -> None:
    wish = "Write a short thank you note to Anna."
    assert enough(wish, "Dear Anna, thank you kindly, warm wishes!", GIVEN).is_enough
    assert not enough(wish, "Dear Anna, see you on Sunday at seven!", GIVEN).is_enough


def test_a_reason_holds_no_word_of_the_notes_or_the_answer() -> None:
    for question, answer, _ in FALLS:
        words = set(enough(question, answer, GIVEN).reason.split())
        assert not words & {"keys", "bowl", "Bob", "Maria", "Friday", "4721", "Mongolia"}


@pytest.mark.parametrize(
    ("question", "chance", "is_found", "is_private", "expected"),
    [
        ("Where are my keys?", 0.99, True, True, (Outcome.NOTES, "")),
        ("Where are my keys?", WEIGHTS.hopeless + 0.01, True, True, (Outcome.MODEL, NOT_SURE)),
        ("Where are my keys?", 0.0, False, True, (Outcome.UNKNOWN, "")),
        ("What is the capital of Peru?", 0.0, False, False, (Outcome.MODEL, OF_THE_WORLD)),
        ("What did I spend altogether?", 0.99, True, True, (Outcome.MODEL, A_SUM)),
    ],
)
def test_the_chance_of_being_right_decides_who_answers(
    question: str, chance: float, is_found: bool, is_private: bool, expected: tuple[Outcome, str]
) -> None:
    assert decided(question, chance, is_found=is_found, is_private=is_private) == expected
