import pytest

from edge.evidence import Note, Now, Question
from edge.recall.answer import Answer, Memory
from edge.recall.here import MOVING
from edge.recall.requests import answer
from firmware_bridge.bodies import MOTIONS

HOME = Note("place", "home", 0, 1000.0, "r", "phone", id=7, who="wearer")
WALKING = Note("motion", "walking", 60_000, 1060.0, "r", "wearable", who="wearer")


def asked(text: str, *whereabouts: Note) -> Answer:
    question = Question(text, Now("r", 180_000, 1180.0))
    return answer(question, Memory((), whereabouts=whereabouts))


@pytest.mark.parametrize("text", ["Where am I?", "Where am I right now?", "Which place is this?"])
def test_where_am_i_is_answered_by_the_name_of_the_place_and_its_age(text: str) -> None:
    told = asked(text, HOME, WALKING)
    assert told.text == (
        'You are at "home"; your phone said so 3 min ago. '
        "You are walking; your wearable said so 2 min ago."
    )
    assert told.because[0].startswith("place 3 min ago: home")


def test_where_no_phone_has_said_it_the_notes_are_asked() -> None:
    assert "not in my notes" in asked("Where am I?").text
    assert asked("Where am I?", WALKING).text.startswith("Your phone has not said")


def test_another_question_is_none_of_it() -> None:
    assert "home" not in asked("Where am I going on Friday?", HOME).text


def test_every_motion_of_a_wearable_can_be_said() -> None:
    assert set(MOTIONS) <= set(MOVING)
