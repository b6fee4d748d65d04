from edge.companion import feed
from edge.companion.feed import Feed
from edge.companion.wire import Heard, Lapsed, Noticed


def said(text: str) -> Heard:
    return Heard(text, "wearer", 90)


def test_events_are_numbered_without_a_gap() -> None:
    told = Feed()
    for number in range(5):
        told.tell(said(f"{number}"), 0.0)
    assert [told.at(number).number for number in range(5)] == list(range(5))  # type: ignore[union-attr]
    assert told.at(5) is None
    assert told.reaches_back_to(0)
    assert not told.reaches_back_to(6)


def test_it_is_bounded_in_events_and_in_characters() -> None:
    many, large = Feed(), Feed()
    for _ in range(feed.MOST_EVENTS + 10):
        many.tell(Noticed("."), 0.0)
    for _ in range(200):
        large.tell(said("x" * 16_000), 0.0)
    assert not many.reaches_back_to(9)
    assert many.reaches_back_to(10)
    kept = [large.at(n) for n in range(large.next) if large.reaches_back_to(n)]
    assert sum(len(told.frame) for told in kept if told) <= feed.MOST_CHARACTERS


def test_what_others_said_lapses_and_leaves_its_number() -> None:
    told = Feed()
    told.tell(said("a secret"), 0.0, until_s=120.0)
    told.tell(said("mine"), 0.0)
    first = told.at(0)
    assert first
    assert "a secret" in first.now(119.0).frame
    assert "a secret" not in first.now(121.0).frame  # also to a phone that comes just then
    told.lapse(121.0)
    lapsed = told.at(0)
    assert lapsed
    assert lapsed.what == Lapsed.__name__
    assert "mine" in told.at(1).frame  # type: ignore[union-attr]


def test_a_wall_s_clock_that_is_set_back_keeps_nothing_longer() -> None:
    told = Feed()
    told.tell(said("a secret"), 2e9, until_s=500.0)
    told.lapse(501.0)
    assert "a secret" not in told.at(0).frame  # type: ignore[union-attr]


def test_forgetting_begins_another_telling_and_numbers_go_on() -> None:
    told = Feed()
    told.tell(said("to be forgotten"), 0.0)
    before = told.telling
    told.begin_anew()
    assert told.telling != before
    assert not told.reaches_back_to(0)
    assert told.reaches_back_to(1)
