"""What may be wanted next: promises, what is missed, asked, read, and noted of a place."""

from datetime import datetime

import pytest

from edge.errand import Errand
from edge.evidence import Note, Now, Question
from edge.proactive import GLANCE_CHARACTERS, Candidate, Kind, glance
from edge.proactive.around import NEVER, Text
from edge.proactive.places import Noted, arrived, while_doing
from edge.proactive.promised import due, named
from edge.proactive.signs import closes_s, looked_at, price_of
from edge.proactive.sought import asked, is_said_since, lost, tells, thing_missed
from edge.promises import promises
from edge.recall import lookup
from edge.recall.succession import Found

NOON_S = datetime(2026, 3, 10, 12, 0).astimezone().timestamp()


def heard(text: str, ago_s: float = 0, number: int = 1, who: str = "wearer") -> Note:
    at_ms = round(1000 * (20_000 - ago_s))
    return Note("said", text, at_ms, NOON_S - ago_s, "r", "m", 90, number, who)


def now(after_s: float = 0) -> Now:
    return Now("r", round(1000 * (20_000 + after_s)), NOON_S + after_s)


def test_a_promise_is_reminded_of_when_it_is_due_and_not_before() -> None:
    made = promises([heard("I'll send you the roster by two o'clock, Katrin.", 600)])
    assert due(made, now(3600)) == []
    (candidate,) = due(made, now(2 * 3600 - 300))
    assert candidate.kind is Kind.PROMISE
    assert candidate.text == (
        "Promised, by 14:00: “I'll send you the roster by two o'clock, Katrin.”"
    )


def test_a_promise_is_reminded_of_when_its_person_is_named() -> None:
    made = promises([heard("Lars, I'll show you the contract tomorrow.", 3600)])
    assert [each.kind for each in named(made, heard("I'm on my way to Lars."), now())] == [
        Kind.PROMISE
    ]
    assert named(made, heard("I'm on my way to Lisa."), now()) == []
    just = promises([heard("Lars, I'll show you the contract tomorrow.", 20)])
    assert named(just, heard("Bye Lars."), now()) == []


def test_anothers_promise_is_theirs() -> None:
    made = promises([heard("I'll send you the roster by two o'clock.", 600, who="other")])
    assert due(made, now(2 * 3600 - 300)) == []


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("I can't find my badge.", "my badge"),
        ("Oh no, I cannot find my stethoscope anywhere.", "my stethoscope"),
        ("Where's that torch?", "that torch"),
        ("I'm looking for the drawings of the stairs.", "the drawings of the stairs"),
        ("Bother, I've misplaced the small chisel.", "the small chisel"),
        ("Hm, has my measuring tape vanished?", "my measuring tape"),
        ("I have no idea where I left my bike.", "my bike"),
        ("I'm looking forward to supper.", ""),
        ("My keys hang on the hook.", ""),
        ("I can't find it.", ""),
    ],
)
def test_it_is_known_what_somebody_misses(text: str, thing: str) -> None:
    assert thing_missed(text) == thing
    assert tells(heard(text)) == (not thing)


def looking_in(*notes: Note) -> object:
    def look(question: Question) -> Found | None:
        return lookup.best(question, [note for note in notes if tells(note)])

    return look


def test_what_is_missed_is_where_it_was_last_said_to_be() -> None:
    told = heard("The torch is clipped to the ladder.", 3600, 7)
    missed = heard("I can't find the torch.", 0, 9)
    candidate = lost(missed, now(), looking_in(told, missed))  # type: ignore[arg-type]
    assert candidate
    assert candidate.text == "60 min ago: “The torch is clipped to the ladder.”"
    assert (candidate.grounds, candidate.thing) == ((7, 9), "the torch")
    fresh = heard("The torch is clipped to the ladder.", 30, 7)
    assert lost(missed, now(), looking_in(fresh)) is None  # type: ignore[arg-type]


def test_a_question_among_people_is_answered_once_nobody_has() -> None:
    told = heard("The essay has to be handed in on Thursday.", 3600, 7)
    question = heard("When does the essay have to be handed in?", 0, 9, "other")
    candidate = asked(question, now(), looking_in(told))  # type: ignore[arg-type]
    assert candidate
    assert candidate.kind is Kind.ANSWER
    assert not is_said_since(candidate, [told, question, heard("No idea.", -5, 10)])
    assert is_said_since(candidate, [told, question, heard("On Thursday.", -5, 10)])


def view(words: str, number: int, ago_s: float = 0) -> Note:
    text = "\n" + "\n".join(words.split(" / "))
    return Note("seen", text, round(1000 * (20_000 - ago_s)), NOON_S - ago_s, "r", "m", 90, number)


def steady(words: str, *, is_looked_at: bool = True) -> Text:
    return Text(words, 19_990_000, 20_000_000, is_looked_at)


def signs(words: str, *earlier: Note, often: bool = False, aside: bool = False) -> list[Candidate]:
    texts = [steady(words, is_looked_at=not aside)]
    return looked_at(texts, [view(words, 5), *earlier], now(), asks_often=often)


def test_of_a_closing_time_what_is_left_of_it_is_told() -> None:
    (candidate,) = signs("GARDEN CENTRE / OPEN 9:00 - 12:30")
    assert candidate.text.startswith("Closes at 12:30, in 30 min: “GARDEN CENTRE")
    assert signs("GARDEN CENTRE / OPEN 9:00 - 18:00") == []
    assert signs("TRAIN TO BERLIN 12:30") == []
    assert closes_s("OPEN 8 AM - 6 PM", NOON_S) == NOON_S + 6 * 3600


def test_a_warning_is_told_of_beside_what_is_looked_at() -> None:
    assert signs("CAUTION WET FLOOR") == []
    (candidate,) = signs("CAUTION WET FLOOR", aside=True)
    assert candidate.text == "Beside you: “CAUTION WET FLOOR”"


def test_a_price_is_told_of_that_was_lower_elsewhere() -> None:
    cheap, dear = view("FRESH MILK / 1.19", 3, 900), view("FRESH MILK / 1.99", 4, 900)
    (candidate,) = signs("FRESH MILK / 1.45", cheap)
    assert candidate.text == "It was 1.19, 15 min ago: “FRESH MILK / 1.45”"
    assert candidate.grounds == (5, 3)
    assert signs("FRESH MILK / 1.45", dear) == []
    assert signs("OAT MILK / 1.45", cheap) == []
    assert (price_of("3,49 €"), price_of("OPEN 9.00 - 18.00")) == (3.49, None)


def test_only_who_often_asks_for_it_is_read_to() -> None:
    assert signs("SOW IN APRIL") == []
    assert [each.text for each in signs("SOW IN APRIL", often=True)] == ["It says: “SOW IN APRIL”"]


def test_what_was_noted_at_a_place_is_told_on_coming_back() -> None:
    note = Note("remembered", "the locker is number 31", 0, NOON_S - 7200, "r", "wearer", 100, 4)
    noted = Noted(note, view("GYM NORTH", 3, 7200))
    came = Text("GYM NORTH", 19_999_000, 20_000_000, is_looked_at=True)
    assert [each.kind for each in arrived([noted], [came], now())] == [Kind.PLACE]
    back = Text("GYM NORTH", 19_999_000, 20_000_000, True, 19_700_000)  # noqa: FBT003
    assert arrived([noted], [back], now()) == []
    elsewhere = Text("POOL SOUTH", 19_999_000, 20_000_000, True, NEVER)  # noqa: FBT003
    assert arrived([noted], [elsewhere], now()) == []


def test_a_timer_is_told_of_while_one_does_what_it_is_about() -> None:
    glue = Errand("reminder", "check the glue on the joint", NOON_S + 240, id=6)
    assert while_doing([glue], heard("This glue smells."), now())[0].text == (
        "In 4 min: “check the glue on the joint”"
    )
    assert while_doing([glue], heard("Let me check the time."), now()) == []
    assert while_doing([glue], heard("This glue smells."), now(-3600)) == []


def test_an_offer_is_one_glance_long() -> None:
    assert len(glance("Promised, by 14:00: ", "word " * 60)) == GLANCE_CHARACTERS
