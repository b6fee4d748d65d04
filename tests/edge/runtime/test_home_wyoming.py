"""The house's words go back to who asked, entered first; nobody else gets them."""

from edge.ledger import Leaving
from edge.messages import HomeAsks, HomeHeard, HomeVoice, Shown
from edge.runtime.home_wyoming import MOST_ASKING, HomeWyoming


def made() -> tuple[HomeWyoming, list[Leaving | Shown]]:
    happened: list[Leaving | Shown] = []
    return HomeWyoming(happened.append, happened.append), happened


def test_the_leaving_is_entered_before_the_words_are_told_and_without_them() -> None:
    home, happened = made()
    home.told(HomeAsks(3, "192.168.1.7"))
    home.answer(HomeHeard(3, "grüße", 900))
    entered, told = happened
    assert isinstance(entered, Leaving)
    assert (entered.to, entered.size_bytes, entered.text) == ("the house at 192.168.1.7", 7, "")
    assert told == HomeHeard(3, "grüße", 900)


def test_words_that_nobody_asked_for_go_nowhere_and_no_words_go_twice() -> None:
    home, happened = made()
    home.answer(HomeHeard(4, "secret", 900))
    home.answer(HomeVoice(4, 0, speaks=True))
    assert happened == []
    home.told(HomeAsks(4, "192.168.1.7"))
    home.answer(HomeHeard(4, "once", 900))
    home.answer(HomeHeard(4, "twice", 900))
    assert len(happened) == 2


def test_who_never_got_an_answer_is_forgotten() -> None:
    home, happened = made()
    for number in range(1, MOST_ASKING + 2):
        home.told(HomeAsks(number, "::1"))
    home.answer(HomeHeard(1, "late", 900))
    assert happened == []
