"""Which answers a wearable is sent: those to its own questions, entered first, as long as it is."""

import pytest

from edge.ledger import Leaving
from edge.messages import ContextPacket, Reply, ReturnAnswer, Shown, Transcript, WordsWanted
from edge.runtime.answers_back import WHY, WHY_WISHED, AnswersBack

BOARD = "the xiaozhi device"
ANSWER = Reply("In the blue b\u00f6wl.", "recall", (), 100)
ASKED = Transcript("Where are the keys?", 1000, 2000, 90, 0)
PACKET = ContextPacket("what is known", 3)


def made(*, takes_answers: bool = True) -> tuple[AnswersBack, list[Leaving | Shown]]:
    happened: list[Leaving | Shown] = []
    back = AnswersBack(happened.append, happened.append)
    back.told(WordsWanted(BOARD, 1000, takes_answers=takes_answers))
    return back, happened


def answered(back: AnswersBack, heard: Transcript | None, reply: Reply = ANSWER) -> None:
    back.asked(heard)
    back.shown(PACKET)
    back.shown(reply)


def test_that_it_leaves_is_entered_before_it_goes_and_without_the_words() -> None:
    back, happened = made()
    answered(back, ASKED)
    entered, told = happened
    assert isinstance(entered, Leaving)
    assert (entered.to, entered.size_bytes, entered.why, entered.text) == (BOARD, 18, WHY, "")
    assert told == ReturnAnswer(ANSWER.text, goes_on=False)


def test_what_was_typed_or_asked_before_it_came_or_by_another_kind_of_link_stays_here() -> None:
    back, happened = made()
    answered(back, None)
    answered(back, Transcript("Where are the keys?", 999, 2000, 90, 0))
    other, sent = made(takes_answers=False)
    answered(other, ASKED)
    assert happened == sent == []


@pytest.mark.parametrize("to", ["", BOARD])
def test_who_went_or_came_since_is_not_answered(to: str) -> None:
    back, happened = made()
    back.asked(ASKED)
    back.shown(PACKET)
    back.told(WordsWanted(to, 1000, takes_answers=True))
    back.shown(ANSWER)
    assert happened == []


def test_what_was_asked_is_answered_to_its_end_though_the_next_question_is_typed() -> None:
    back, happened = made()
    back.asked(ASKED)
    back.shown(PACKET)
    back.shown(Reply("In the", "qwen", (), 100, partial=True))
    back.asked(None)
    back.shown(Reply("In the \u2026", "qwen", (), 100))  # broken off
    back.shown(PACKET)
    back.shown(ANSWER)
    told = [each for each in happened if isinstance(each, ReturnAnswer)]
    assert told == [ReturnAnswer("In the \u2026", goes_on=False)]


def test_a_timer_rings_there_whatever_was_asked_last() -> None:
    back, happened = made()
    answered(back, None)
    back.shown(Reply("The tea.", "timer", ()))
    entered, _ = happened
    assert isinstance(entered, Leaving)
    assert entered.why == WHY_WISHED


def test_what_is_spoken_there_is_not_shown_twice_and_a_long_one_is_cut() -> None:
    back, happened = made()
    back.is_spoken = lambda: True
    answered(back, ASKED)
    assert happened == []
    back.is_spoken = lambda: False
    answered(back, ASKED, Reply("x" * 2000, "recall", (), 100))
    *_, told = happened
    assert isinstance(told, ReturnAnswer)
    assert len(told.text) == 800
