"""Who was meant, alone and in company."""

from edge.messages import Overheard, Speaker, Transcript
from edge.runtime.judge import Judge

INDIRECT = "Rate this outfit."
"""A request that the rules do not know."""


def said(text: str, end_s: float = 10.0, speaker: Speaker = Speaker.UNKNOWN) -> Transcript:
    return Transcript(text, round(end_s * 1000) - 2000, round(end_s * 1000), 90, 0, (), speaker)


def test_a_request_is_taken_and_a_remark_is_not() -> None:
    assert Judge().meant(said("Where are my keys?"), None).request
    assert not Judge().meant(said("The soup needs a bit more salt."), None).request


def test_somebody_else_is_never_answered() -> None:
    other = said("Where are my keys?", speaker=Speaker.OTHER)
    assert not Judge().meant(other, None).request


def test_in_company_a_follow_up_is_for_the_company() -> None:
    with_other = Judge()
    with_other.observed(Overheard(3000, 7500))
    assert not with_other.meant(said("And the wallet?", 13.0), 4.0).request
    assert with_other.meant(said("Set a timer for five minutes.", 14.0), None).request


def test_i_was_talking_to_you_makes_a_request_of_what_was_said_before() -> None:
    patient = Judge()
    assert not patient.meant(said(INDIRECT), None).request
    assert patient.meant(said("I was talking to you.", 14.0), None).request == INDIRECT


def test_that_was_not_for_you_is_not_answered() -> None:
    patient = Judge()
    patient.meant(said("Where are my keys?"), None)
    assert not patient.meant(said("That wasn't for you.", 14.0), 2.0).request


def test_a_correction_comes_soon_or_not_at_all() -> None:
    patient = Judge()
    patient.meant(said(INDIRECT), None)
    assert not patient.meant(said("I was talking to you.", 60.0), None).request


def test_the_same_utterance_is_judged_once() -> None:
    once, heard = Judge(), said("And the wallet?")
    first = once.meant(heard, 2.0)
    assert once.meant(heard, None) is first
