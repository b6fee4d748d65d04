"""Who was meant, with a mind and without, alone and in company."""

from dataclasses import dataclass, field

from edge.addressee import Opinion
from edge.messages import Overheard, Speaker, Transcript
from edge.runtime.judge import Judge

INDIRECT = "Rate this outfit."
"""A request that the rules do not know."""


@dataclass
class KnownOpinions:
    """Opinions that a test has chosen; what was taught is kept."""

    score: float = -3.0
    learnt: float = 0.0
    has_learnt: bool = False
    taught: list[tuple[str, bool]] = field(default_factory=list)
    asked: int = 0

    def ask(self, _text: str, *, follows_reply: bool) -> Opinion:
        del follows_reply
        self.asked += 1
        return Opinion(self.score, self.learnt)

    def correct(self, text: str, *, follows_reply: bool, was_meant: bool) -> bool:
        del follows_reply
        self.taught.append((text, was_meant))
        return True


def judge(opinions: KnownOpinions | None = None) -> Judge:
    made = Judge()
    made.opinions = opinions
    return made


def said(text: str, end_s: float = 10.0, speaker: Speaker = Speaker.UNKNOWN) -> Transcript:
    return Transcript(text, round(end_s * 1000) - 2000, round(end_s * 1000), 90, 0, (), speaker)


def test_without_a_mind_the_rules_decide() -> None:
    assert judge().meant(said("Where are my keys?"), None).request
    assert not judge().meant(said(INDIRECT), None).request


def test_the_mind_adds_what_the_rules_do_not_know() -> None:
    assert judge(KnownOpinions(score=2.0)).meant(said(INDIRECT), None).request == INDIRECT
    assert not judge(KnownOpinions(score=0.5)).meant(said(INDIRECT), None).request


def test_the_mind_is_not_asked_where_somebody_is_called() -> None:
    opinions = KnownOpinions(score=9.0)
    assert not judge(opinions).meant(said("Tom, compare these two prices."), None).request
    assert opinions.asked == 0


def test_a_request_that_rules_take_waits_for_nobody_until_something_was_learnt() -> None:
    opinions = KnownOpinions()
    assert judge(opinions).meant(said("Where are my keys?"), None).request
    assert opinions.asked == 0
    opinions.has_learnt, opinions.learnt = True, -1.2
    assert not judge(opinions).meant(said("Where are my keys?"), None).request


def test_stopping_cannot_be_unlearnt() -> None:
    opinions = KnownOpinions(learnt=-9.0, has_learnt=True)
    assert judge(opinions).meant(said("Stop listening for a while."), None).request
    assert judge(opinions).meant(said("Offrecord, what time is it?"), None).request


def test_somebody_else_is_never_answered() -> None:
    other = said("Where are my keys?", speaker=Speaker.OTHER)
    assert not judge(KnownOpinions(score=9.0)).meant(other, None).request


def test_in_company_the_mind_is_silent_and_a_follow_up_is_for_the_company() -> None:
    with_other = judge(KnownOpinions(score=9.0))
    with_other.observed(Overheard(3000, 7500))
    assert not with_other.meant(said(INDIRECT), 4.0).request
    assert not with_other.meant(said("And the wallet?", 13.0), 4.0).request
    assert with_other.meant(said("Set a timer for five minutes.", 14.0), None).request


def test_i_was_talking_to_you_makes_a_request_of_what_was_said_before() -> None:
    opinions = KnownOpinions()
    patient = judge(opinions)
    patient.meant(said(INDIRECT), None)
    assert patient.meant(said("I was talking to you.", 14.0), None).request == INDIRECT
    assert opinions.taught == [(INDIRECT, True)]


def test_that_was_not_for_you_is_learnt_and_not_answered() -> None:
    opinions = KnownOpinions()
    patient = judge(opinions)
    patient.meant(said("Where are my keys?"), None)
    assert not patient.meant(said("That wasn't for you.", 14.0), 2.0).request
    assert opinions.taught == [("Where are my keys?", False)]


def test_a_correction_comes_soon_or_not_at_all() -> None:
    opinions = KnownOpinions()
    patient = judge(opinions)
    patient.meant(said(INDIRECT), None)
    assert not patient.meant(said("I was talking to you.", 60.0), None).request
    assert opinions.taught == []


def test_the_same_utterance_is_judged_once() -> None:
    opinions = KnownOpinions()
    once = judge(opinions)
    heard = said(INDIRECT)
    once.meant(heard, None)
    once.meant(heard, None)
    assert opinions.asked == 1
