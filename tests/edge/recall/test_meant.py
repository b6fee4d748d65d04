"""Which of two sentences is rather meant for a companion? By what their words weigh."""

import pytest

from edge.recall.features import features, place
from edge.recall.meant import Weights, score

FOR_ME = """
What torque did we settle on for the flange bolts?
what torque did we settle on for the flange bolts
Kindly wake me from my nap in three quarters of an hour.
Please say me what is written on this paper.
Seven minutes for the glue, starting now.
I can't for the life of me think where I laid my hearing aid.
Um, when is, when is the nativity play?
"""
FOR_OTHERS = """
Could you send me the drawings by noon?
could you send me the drawings by noon
I'm going to pop this under your arm.
He was like, what time does it start, and I was like, dunno.
You'll catch your death without a scarf.
Did you torque these, or was it Sven?
I've told you three times already.
"""


@pytest.mark.parametrize("text", FOR_ME.strip().splitlines())
def test_the_words_of_a_request_weigh_for_it(text: str) -> None:
    assert score(text) > 0


@pytest.mark.parametrize("text", FOR_OTHERS.strip().splitlines())
def test_the_words_of_talk_weigh_against_it(text: str) -> None:
    assert score(text) < 0


def test_short_words_after_a_reply_weigh_more_than_alone() -> None:
    assert score("And tomorrow?", follows_reply=True) > score("And tomorrow?") + 1


def test_a_weight_counts_by_its_place_and_the_length_of_the_sentence() -> None:
    # base 85 of the bytes 1, 2, 3, 252 (-4)
    weights = Weights({"bias": 0.5, "unit": 2.0, "steps": "0RjX3"})
    assert {weights.score([name]) for name in map(str, range(64))} == {2.5, 4.5, 6.5, -7.5}


def test_a_feature_has_its_place_today_and_always() -> None:
    assert place("w timer", 1 << 16) == place("w timer", 1 << 16) < 1 << 16


def test_a_call_to_somebody_and_to_another_machine_is_named() -> None:
    assert "calls somebody" in set(features("Tom, where are the keys?"))
    assert "another machine" in set(features("Alexa, what time is it?"))
