"""What may a reasoner not be sent?"""

import pytest

from edge.config import Withheld
from edge.context import Context
from edge.errand import Errand
from edge.evidence import Kind, Note, Now, Question
from edge.reason import withholding


def note(kind: Kind, text: str, who: str = "") -> Note:
    return Note(kind, text, 0, 0.0, who=who)


MINE = note("said", "I park at the station.", "wearer")
ANNS = note("said", "My brother is ill.", "Ann")
SIGN = note("seen", "sign\nBUS 42")
KEPT = note("remembered", "The pin is 4812.", "wearer")
ASKED = note("asked", "Where do I park?", "wearer")
TOLD = note("told", 'Ann said: "My brother is ill."', "companion")
DERIVED = note("derived", "Talked with Ann about her brother.")
ALL = [MINE, ANNS, SIGN, KEPT, ASKED, TOLD, DERIVED]


@pytest.mark.parametrize(
    ("withheld", "left"),
    [
        ((), ALL),
        (("seen",), [MINE, ANNS, KEPT, ASKED]),
        (("heard",), [SIGN, KEPT]),
        (("remembered",), [MINE, ANNS, SIGN, ASKED]),
        (("others",), [MINE, SIGN, KEPT, ASKED]),
        (("others", "seen"), [MINE, KEPT, ASKED]),
        (("heard", "seen", "remembered"), []),
    ],
)
def test_a_withheld_kind_is_left_out_and_so_is_what_may_repeat_it(
    withheld: tuple[Withheld, ...], left: list[Note]
) -> None:
    context = Context(
        heard=(MINE, ANNS, KEPT, DERIVED),
        seen=(SIGN,),
        dialogue=(ASKED, TOLD),
        errands=(Errand("reminder", "call Ann", 5.0),),
    )
    less, found = withholding.permitted(context, ALL, withheld)
    assert found == left
    assert {*less.heard, *less.seen, *less.dialogue} == set(left)
    assert bool(less.errands) == ("remembered" not in withheld)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("The pin is 4812.", "The pin is #."),
        ("Call +49 (30) 123-456 at 9:30", "Call # at #"),
        ("four eight one two, please", "# # # #, please"),
        ("twenty-five euros, 1,200.50 in all", "#-# euros, # in all"),
        ("Someone phoned.", "Someone phoned."),
        ("room B12", "room B#"),
        ("٤٨", "#"),
    ],
)
def test_no_number_can_be_read(text: str, sent: str) -> None:
    assert withholding.unreadable(text, ("numbers",)) == sent


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Write to ann.lee+x@mail.example.org today.", "Write to # today."),
        ("Write to ann at example dot org today.", "Write to # today."),
        ("See https://x.example/a?b=c now", "See # now"),
        ("See www.example.com/a now", "See # now"),
        ("See example.com, it is good", "See #, it is good"),
        ("I was at home. Then I left.", "I was at home. Then I left."),
        ("We met at ten. So it was late.", "We met at ten. So it was late."),
    ],
)
def test_no_address_can_be_read(text: str, sent: str) -> None:
    assert withholding.unreadable(text, ("addresses",)) == sent


def test_the_question_and_what_is_to_be_done_are_made_unreadable_too() -> None:
    question = Question("Who has 555-0100?", Now("r", 0, 0.0))
    assert withholding.asked(question, ("numbers",)).text == "Who has #?"
    plan = Errand("plan", "pay 30", steps=("call 555-0100",), on_list="list 4")
    less, _ = withholding.permitted(Context(errands=(plan,)), [], ("numbers",))
    (left,) = less.errands
    assert (left.text, left.steps, left.on_list) == ("pay #", ("call #",), "list #")
