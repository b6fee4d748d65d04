"""What shares the words of a question is not yet its answer."""

import pytest

from edge.evidence import Note, Now, Question, seen_text
from edge.recall.answer import Answer, Memory
from edge.recall.requests import answer_all

NOW = Now("now", 0, 1_781_000_000.0)
HOUR_S = 3600.0


def said(text: str, hours_ago: float, who: str = "wearer") -> Note:
    at_s = NOW.wall_s - hours_ago * HOUR_S
    return Note("said", text, round(at_s), at_s, "before", "tiny", 90, round(at_s), who)


def ask(question: str, *notes: Note) -> Answer:
    return answer_all(Question(question, NOW), Memory(notes))


TRAPS = [
    # said, by whom, asked
    ("I left my scarf on the train.", "Ines", "Where is my scarf?"),
    ("Viktor's scarf is in the attic.", "wearer", "Where is my scarf?"),
    ("I should put the scarf in the attic.", "wearer", "Where did I put the scarf?"),
    ("Maybe the scarf is in the attic.", "wearer", "Where is the scarf?"),
    ("The scarf is not in the attic.", "wearer", "Where is the scarf?"),
    ("Where did I leave the scarf, in the attic?", "wearer", "Where is the scarf?"),
    ("The old scarf is in the attic.", "wearer", "Where is the new scarf?"),
    ("The meter in the lower flat is behind the door.", "wearer",
     "Where is the meter in the upper flat?"),
    ("I am thinking of buying the lathe.", "wearer", "Did I buy the lathe?"),
    ("Nils ran the race in three hours.", "wearer", "How long did I run the race?"),
    ("Bed nine needs the dressing changed.", "wearer", "Which dressing does bed seven need?"),
    ("The delivery was at noon.", "wearer", "How much did the delivery cost?"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "who", "question"), TRAPS)
def test_what_only_shares_the_words_is_not_told_as_the_answer(
    told: str, who: str, question: str
) -> None:
    got = ask(question, said(told, 30, who))
    assert got.needs_model or "not in my notes" in got.text


def test_the_newer_of_two_is_told_and_the_older_as_what_it_was_before() -> None:
    got = ask(
        "When does the plywood come?",
        said("The delivery of plywood comes on Friday at eight.", 30),
        said("They pushed the plywood delivery back to Monday afternoon.", 5),
    )
    assert got.text.index("Monday") < got.text.index("Friday")
    assert "Before that" in got.text


def test_the_day_that_was_asked_for_counts() -> None:
    notes = [said("I had porridge for breakfast.", 26), said("I had toast for breakfast.", 2)]
    assert "porridge" in ask("What did I have for breakfast yesterday?", *notes).text
    assert "toast" in ask("What did I have for breakfast today?", *notes).text


def test_a_named_person_is_quoted_by_name_and_answers_for_themself() -> None:
    notes = [said("My exam is on the twelfth.", 9, "Malik"), said("My exam is on the first.", 8)]
    got = ask("When is Malik's exam?", *notes)
    assert got.text.startswith("Malik said")
    assert "twelfth" in got.text
    assert "first" in ask("When is my exam?", *notes).text


def test_a_sight_is_told_with_what_it_read() -> None:
    text = seen_text(("book",), ("GEOLOGY",))
    sight = Note("seen", text, 0, NOW.wall_s - HOUR_S, "before", "reader", 90, 1)
    told = 'I saw a book 60 min ago. It read: "GEOLOGY".'
    assert ask("Which book did I see?", sight).text == told


def test_what_means_the_same_answers_where_the_mind_says_so() -> None:
    note = said("The automobile is behind the barn.", 3)
    question = Question("Where is my jalopy?", NOW)
    assert "not in my notes" in answer_all(question, Memory([note])).text
    close = {note.id: {"jalopy": 0.55}}
    got = answer_all(question, Memory([note], alike=close))
    assert "behind the barn" in got.text
    assert not got.needs_model


def test_a_sum_over_notes_is_for_a_language_model() -> None:
    got = ask("How much did the tent cost altogether?", said("The tent cost nine euros.", 2))
    assert got.needs_model
    assert got.reason == "it asks for a sum over notes"
