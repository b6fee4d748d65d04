"""What is said of what is in view, and of what was."""

import pytest
from msgspec.structs import replace

from edge.evidence import Note, Now, Question, Sight, seen_text
from edge.messages import Colour, Light, Seen, TextLine, Thing
from edge.recall.answer import Memory
from edge.recall.requests import answer, is_of_sight

NOW_MS = 60_000
CUP = Thing("cup", 80, (100, 300, 300, 700))
CAT = Thing("cat", 45, (420, 300, 700, 700))
SIGN = (
    TextLine("PLATFORM", 97, (400, 400, 600, 450)),
    TextLine("NINE", 97, (400, 470, 520, 520)),
)
POSTER = TextLine("CIRCUS", 97, (20, 430, 180, 500))


def seen(*things: Thing, lines: tuple[TextLine, ...] = (), **more: object) -> Seen:
    return Seen(NOW_MS - 5000, things, lines, 0, 0, (), **more)  # type: ignore[arg-type]


def ask(text: str, *sights: Seen, until_ms: int = NOW_MS) -> str:
    """Ask after what was in view, which was noted as it always is."""
    now = Now("r", NOW_MS, 1_000_000.0)
    notes = [
        Note(
            "seen",
            seen_text([thing.label for thing in each.things], [line.text for line in each.lines]),
            each.at_ms,
            999_995.0,
            "r",
        )
        for each in sights
        if each.things or each.lines
    ]
    in_view = [Sight(each, each.at_ms, until_ms) for each in sights]
    return answer(Question(text, now), Memory(notes, sights=in_view)).text


@pytest.mark.parametrize(
    "question", ["What am I looking at?", "What is this?", "What's that?", "What am I holding?"]
)
def test_this_is_what_is_in_the_middle(question: str) -> None:
    reply = ask(question, seen(CUP, CAT))
    assert "cat" in reply
    assert "cup" not in reply


def test_what_is_not_sure_is_said_to_be_so() -> None:
    assert ask("What is this?", seen(CAT)) == "I am not sure: it may be a cat."
    assert ask("What is this?", seen(CUP)) == "You are looking at a cup."


def test_everything_in_view_is_told_to_whoever_asks_for_it() -> None:
    reply = ask("What do you see?", seen(CUP, CAT))
    assert reply == "I see a cup on the left and a cat in the middle."


PEOPLE = tuple(Thing("person", 70, (left, 200, left + 90, 900)) for left in (100, 400, 700))


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("How many people do you see?", "I see 3 people."),
        ("How many faces can you see?", "I see 2 faces."),
        ("How many cups do you see?", "I see no cups."),
    ],
)
def test_what_is_in_view_is_counted(question: str, reply: str) -> None:
    assert ask(question, seen(*PEOPLE, faces=2)) == reply


def test_faces_are_told_of_and_nothing_else_of_them() -> None:
    reply = ask("What do you see?", seen(*PEOPLE, faces=2))
    assert reply == "I see a person on the left. 2 faces are turned here."


def test_a_sign_in_the_middle_is_what_one_looks_at() -> None:
    reply = ask("What am I looking at?", seen(CUP, lines=SIGN))
    assert reply == 'It says: "PLATFORM / NINE".'


@pytest.mark.parametrize(
    "question", ["Read that for me.", "What does this say?", "What is this sign saying?"]
)
def test_of_two_signs_the_one_in_the_middle_is_read(question: str) -> None:
    assert ask(question, seen(lines=(POSTER, *SIGN))) == 'It says: "PLATFORM / NINE".'


@pytest.mark.parametrize(("light", "word"), [(Light.DARK, "too dark"), (Light.BLURRED, "blurred")])
def test_darkness_and_blur_are_said(light: Light, word: str) -> None:
    for question in ("What am I looking at?", "What do you see?", "Read that."):
        assert word in ask(question, seen(light=light))


def test_text_that_cannot_be_read_is_not_guessed() -> None:
    assert "cannot read it" in ask("What does that say?", seen(CUP, illegible=2))


def test_a_scene_that_stands_still_is_still_in_view() -> None:
    long_ago = seen(CUP)
    assert ask("What am I looking at?", long_ago, until_ms=NOW_MS) == "You are looking at a cup."


def test_a_camera_that_stopped_shows_nothing_any_more() -> None:
    now = Now("r", 400_000, 1_000_000.0)
    note = Note("seen", seen_text(["cup"], []), 55_000, 999_655.0, "r")
    memory = Memory([note], sights=[Sight(seen(CUP), 55_000, 60_000)])
    reply = answer(Question("What am I looking at?", now), memory).text
    assert reply.startswith("What I saw last, 6 min ago")


def test_what_has_left_is_not_seen_any_more() -> None:
    now = Now("r", NOW_MS, 1_000_000.0)
    note = Note("seen", seen_text(["cup"], []), NOW_MS - 20_000, 999_980.0, "r")
    memory = Memory([note], sights=[Sight(seen(), NOW_MS - 5000, NOW_MS)])
    assert answer(Question("What do you see?", now), memory).text == "I see nothing that I know."


def test_what_came_into_view_after_the_question_is_not_meant() -> None:
    later = Sight(seen(CAT), NOW_MS + 500, NOW_MS + 500)
    memory = Memory([], sights=[Sight(seen(CUP), NOW_MS - 5000, NOW_MS + 500), later])
    asked = Question("What is this?", Now("r", NOW_MS, 1_000_000.0))
    assert answer(asked, memory).text == "You are looking at a cup."


def test_what_one_looks_at_is_where_the_gaze_rests() -> None:
    sight = Sight(seen(CUP, CAT), NOW_MS - 5000, NOW_MS)
    memory = Memory((), sights=[sight], point=(200, 500))
    reply = answer(Question("What is this?", Now("r", NOW_MS, 1_000_000.0)), memory).text
    assert reply == "You are looking at a cup."


def test_a_thing_is_called_by_its_colour_too() -> None:
    red = replace(CUP, colour=Colour.RED)
    assert ask("What is this?", seen(red)) == "You are looking at a red cup."
    assert ask("What do you see?", seen(red, CAT)).startswith("I see a red cup on the left and")


@pytest.mark.parametrize(
    "question",
    ["What am I looking at?", "What do you see?", "Read that.", "How many cups are here?"],
)
def test_closed_eyes_say_that_they_are(question: str) -> None:
    now = Now("r", NOW_MS, 1_000_000.0)
    reply = answer(Question(question, now), Memory((), are_eyes_closed=True)).text
    assert "closed" in reply


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("What am I looking at?", True),
        ("Thanks. Could you read that for me, please?", True),
        ("What time is it?", False),
        ("Where did I put my keys?", False),
    ],
)
def test_what_is_in_view_is_asked_for(text: str, is_asked: bool) -> None:
    assert is_of_sight(text) is is_asked
