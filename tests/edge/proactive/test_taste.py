"""What verdicts teach, and what is said to an offer."""

from dataclasses import replace

import pytest

from edge.proactive import Candidate, Kind
from edge.proactive.gate import LIMITS
from edge.proactive.spoken import verdict
from edge.proactive.taste import Judged, Taste, Verdict, by_meaning, by_words, cosine, learn

PRICE = Candidate(Kind.PRICE, "It was 1.19: “FRESH MILK / 1.45”", 0.7, (1,), 0, 1)
QUIET = LIMITS["quiet"].least_probability


def after(*verdicts: Verdict, kind: Kind = Kind.PRICE, about: str = "fresh milk") -> Taste:
    return learn(Judged(kind, each, {"words": by_words(about)}) for each in verdicts)


def likely(taste: Taste, text: str = "") -> float:
    candidate = replace(PRICE, text=text) if text else PRICE
    return taste.probability(candidate, {"words": by_words(candidate.text)})


def test_nothing_learnt_leaves_what_the_rules_say() -> None:
    assert likely(Taste()) == pytest.approx(0.7)


def test_two_refusals_of_a_kind_silence_it_and_acceptance_brings_it_back() -> None:
    no = [Verdict.DISMISSED] * 2
    assert likely(after(*no)) < QUIET
    assert likely(after(*no, *[Verdict.ACCEPTED] * 6)) > QUIET


def test_to_pass_over_counts_half() -> None:
    assert likely(after(Verdict.DISMISSED)) < likely(after(Verdict.IGNORED)) < likely(Taste())


def test_one_kind_teaches_nothing_of_another() -> None:
    taste = after(*[Verdict.DISMISSED] * 3, kind=Kind.PLACE, about="the copy shop")
    assert likely(taste) == pytest.approx(0.7)


def test_the_matter_counts_beside_the_kind() -> None:
    taste = learn(
        [
            Judged(Kind.PRICE, Verdict.ACCEPTED, {"words": by_words("fresh milk")}),
            Judged(Kind.PRICE, Verdict.DISMISSED, {"words": by_words("hand cream")}),
        ]
    )
    assert likely(taste, "fresh milk") > likely(taste, "hand cream")


def test_matters_lie_close_in_meaning_where_it_is_known() -> None:
    one, near, far = (1 << 383) - 1, (1 << 380) - 1, 0
    where = [by_meaning([each.to_bytes(48)]) for each in (one, near, far)]
    assert cosine(where[0], where[1]) > 0.9 > cosine(where[0], where[2])
    taste = learn([Judged(Kind.PRICE, Verdict.ACCEPTED, {"meaning": where[0]})])
    assert taste.probability(PRICE, {"meaning": where[1]}) > taste.probability(
        PRICE, {"meaning": where[2]}
    )


def test_an_aim_brings_what_serves_it_first() -> None:
    saving = replace(Taste(), aims=("spend less money on milk",))
    running = replace(Taste(), aims=("run a marathon",))
    assert likely(saving) > likely(running) == pytest.approx(0.7)


def test_what_was_stopped_is_never_wanted() -> None:
    assert likely(learn([], (), {Kind.PRICE})) == 0


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Yes please.", "accept"),
        ("Yes, thanks.", "accept"),
        ("Go ahead.", "accept"),
        ("Tell me more.", "accept"),
        ("Not now.", "dismiss"),
        ("No, thank you.", "dismiss"),
        ("I know.", "dismiss"),
        ("Stop offering that.", "stop"),
        ("Please stop reminding me of that.", "stop"),
        ("Stop reminding me about that.", "stop"),
        ("Don't tell me such things again.", "stop"),
        ("No, the blue one is mine.", None),
        ("Yes, I called her this morning.", None),
        ("Where did I put my keys?", None),
    ],
)
def test_only_a_word_about_the_offer_judges_it(said: str, meant: str | None) -> None:
    assert verdict(said) == meant
