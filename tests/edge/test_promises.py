import pytest

from edge.evidence import Note
from edge.promises import KEPT_SOURCE, SOURCE, Promise, promises

START_S = 1_764_000_000.0


def said(*lines: tuple[str, str]) -> list[Note]:
    return [
        Note("said", text, 0, START_S + 60 * n, id=n + 1, who=who)
        for n, (who, text) in enumerate(lines)
    ]


def only(*lines: tuple[str, str]) -> Promise:
    (found,) = promises(said(*lines))
    return found


def test_who_promised_what_to_whom_by_when() -> None:
    found = only(("wearer", "Sure. I'll send Tom the report by Friday."))
    assert (found.who, found.what, found.to) == (
        "wearer",
        "send Tom the report by Friday",
        "Tom",
    )
    assert found.due_s is not None
    assert START_S < found.due_s < START_S + 8 * 86_400
    assert found.state(START_S) == "open"
    assert found.state(found.due_s + 1) == "late"


@pytest.mark.parametrize(
    "text",
    [
        "I'll have the soup today.",
        "I'll see you tomorrow.",
        "I'll be right back.",
        "Maybe I'll send you the book.",
        "I'll send it to you if I find it.",
        "I will not send you that.",
        "Will I send you the report?",
        "I'll take the bus.",
        "Let me think about it today.",
        "I'm going to the market tomorrow.",
    ],
)
def test_what_is_no_promise(text: str) -> None:
    assert promises(said(("wearer", text))) == ()


@pytest.mark.parametrize(
    ("promise", "later"),
    [
        ("I'll send you the report by Friday.", ("wearer", "I sent you the report this morning.")),
        ("I'll book the table for Saturday.", ("wearer", "The table is booked for Saturday.")),
        ("I will call you tonight.", ("wearer", "I called you, but you were out.")),
        ("I'll bring you the slides.", ("Anna", "Thanks for the slides!")),
    ],
)
def test_a_promise_is_kept_when_later_words_say_so(promise: str, later: tuple[str, str]) -> None:
    assert only(("wearer", promise), later).state(START_S + 1e9) == "kept"


@pytest.mark.parametrize(
    "later",
    [
        ("wearer", "I haven't sent you the report yet."),
        ("wearer", "I sent you the pictures."),
        ("Anna", "I sent the report to my boss."),
        ("wearer", "Did I send you the report?"),
        ("Anna", "Where is the report?"),
    ],
)
def test_what_does_not_keep_it(later: tuple[str, str]) -> None:
    found = only(("wearer", "I'll send you the report by Friday."), later)
    assert found.kept_by is None


def test_a_promise_outlives_the_words_it_was_made_in() -> None:
    words, done = said(("Anna", "I'll lend you the drill."), ("Anna", "I lent you the drill."))
    kept = Note("derived", words.text, 0, words.at_wall_s, source=SOURCE, id=8, who="Anna")
    by = Note("derived", done.text, 0, done.at_wall_s, source=KEPT_SOURCE, id=9, who="Anna")
    assert [each.said for each in promises([words, kept])] == [words]
    assert [each.kept_by for each in promises([kept, by])] == [by]


def test_other_kinds_promise_nothing() -> None:
    text = "I'll send you the report by Friday."
    assert promises([Note("told", text, 0, 1.0), Note("derived", text, 0, 2.0)]) == ()
