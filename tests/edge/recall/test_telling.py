"""A report of what somebody did is told from a command with the same words."""

import pytest

from edge import addressee
from edge.evidence import Now, Question
from edge.recall.answer import Memory, Remember
from edge.recall.requests import answer_all
from edge.recall.telling import states, tells

REPORTS = (
    "I put my badge in the side pocket of the backpack.",
    "put my badge in the backpack this morning",
    "Um, I set, I set the box behind the door.",
    "Called the vet, she has time on Thursday.",
    "After lunch I read for an hour.",
    "Doctor Weiss set my next visit for the ninth.",
    "my sister turned the heating off",
    "I wrote down the number of the taxi.",
)
ASKED = (
    "Put bread on the shopping list.",
    "I put my glasses somewhere safe, where was that?",
    "i put my glasses somewhere safe where was that",
    "I parked by the blue pillar, remember that.",
    "I forgot where I parked my bike.",
    "Log gave two paracetamol at ten.",
    "I keep losing my badge.",
    "Did I put the badge in the bag?",
)


@pytest.mark.parametrize("sentence", REPORTS)
def test_a_report_is_no_request(sentence: str) -> None:
    assert tells(sentence)
    assert not addressee.decide(sentence).request


@pytest.mark.parametrize("sentence", ASKED)
def test_a_report_with_a_wish_in_it_is_more(sentence: str) -> None:
    assert not tells(sentence)
    assert not states(sentence)


def test_what_is_told_to_the_companion_by_name_is_remembered() -> None:
    told = addressee.decide("Offrecord, I put my badge in the blue bag. My locker is number nine.")
    now = Now("run", 1_000, 1_000.0)
    answered = answer_all(Question(told.request, now), Memory(()))
    assert answered.actions == (
        Remember("I put my badge in the blue bag"),
        Remember("My locker is number nine"),
    )
