"""Order, on notes whose closeness to the question's words is written down."""

from edge.evidence import Note
from edge.search.ranking import CONVERSATION_GAP_S, Found, Heard, Wanted, ranked
from edge.search.when import Stretch

WORDS = Wanted((0.5, 0.5))


def heard(
    number: int, *closeness: float, text: str = "So.", who: str = "", at_s: float = 0.0
) -> Heard:
    note = Note("said", text, 0, at_s + number, id=number, who=who)
    return Heard(note, closeness)


def order(*pool: Heard, wanted: Wanted = WORDS) -> list[int]:
    return [each.note.id for each in ranked(pool, wanted)]


def test_who_has_more_of_the_words_comes_first() -> None:
    assert order(heard(1, 0.2, 0.2), heard(20, 0.9, 0.9), heard(40, 0.9, 0.2)) == [20, 40, 1]


def test_an_answer_that_follows_the_question_it_answers_is_found() -> None:
    assert order(heard(1, 1, 1, text="Is the car sold?"), heard(2, 0, 0), heard(20, 0.3, 0.3)) == [
        1,
        2,
        20,
    ]


def test_what_was_said_in_another_conversation_does_not_count() -> None:
    later = heard(2, 0, 0, at_s=CONVERSATION_GAP_S * 2)
    assert order(heard(1, 1, 1), later, heard(20, 0.3, 0.3)) == [1, 20, 2]


def test_the_words_of_the_person_asked_about_count_more() -> None:
    wanted = Wanted((0.5, 0.5), "Anna")
    assert order(
        heard(1, 0.5, 0.5, who="Anna"), heard(20, 0.55, 0.5, who="Ben"), wanted=wanted
    ) == [1, 20]


def test_a_note_of_the_time_asked_about_counts_more_and_so_does_one_that_speaks_of_it() -> None:
    day_s = 86_400.0
    wanted = Wanted((1.0,), stretch=Stretch(10 * day_s, 11 * day_s))
    told = heard(40, 0.5, text="Yesterday we went.", at_s=11.5 * day_s)
    pool = (heard(1, 0.5, at_s=10.5 * day_s), heard(20, 0.55), told)
    assert order(*pool, wanted=wanted) == [40, 1, 20]


def test_of_equals_the_newest_comes_first() -> None:
    assert order(heard(1, 0.5, 0.5), heard(20, 0.5, 0.5)) == [20, 1]


def test_a_note_that_is_found_by_its_neighbours_alone_has_nothing_of_its_own() -> None:
    first, second = ranked([heard(1, 1, 1), heard(2, 0, 0)], WORDS)
    assert isinstance(first, Found)
    assert (first.own, second.own) == (1.0, 0.0)
    assert second.score > 0
