import pytest

from edge.errand import MOST_OPEN, Errand
from edge.evidence import Now, Question
from edge.recall.answer import Answer, Begin, End, Memory, Remember, Undo
from edge.recall.requests import answer_all

NOW = Now("r", 0, 1_763_838_000.0)
ANN = Errand("reminder", "call Ann", NOW.wall_s + 3600, id=3)
RENT = Errand("reminder", "pay the rent", NOW.wall_s + 9000, id=4)
MILK = Errand("item", "milk", on_list="shopping", id=5)
EGGS = Errand("item", "eggs", on_list="shopping", id=6)
TEA = Errand("timer", "tea", NOW.wall_s + 100, id=7)
EGG = Errand("timer", "egg", NOW.wall_s + 200, id=8)
TABLE = Errand("plan", "book a table", steps=("call", "confirm"), done=(1,), id=9)


def ask(spoken: str, *errands: Errand, undoable: str = "") -> Answer:
    return answer_all(Question(spoken, NOW), Memory((), errands, undoable=undoable))


BEGUN = [
    ("Remind me in ten minutes to check the oven.", "reminder", "check the oven", 600),
    ("In ten minutes remind me to check the oven.", "reminder", "check the oven", 600),
    ("Remind me to check the oven in ten minutes.", "reminder", "check the oven", 600),
    ("Remind me in two hours about the laundry.", "reminder", "the laundry", 7200),
    ("Set a reminder to call mum in an hour.", "reminder", "call mum", 3600),
    ("Wake me in half an hour.", "timer", "", 1800),
    ("Set a timer for ten minutes for the pasta.", "timer", "pasta", 600),
]


@pytest.mark.parametrize(("spoken", "sort", "text", "in_s"), BEGUN)
def test_what_is_to_ring_is_begun(spoken: str, sort: str, text: str, in_s: float) -> None:
    (action,) = ask(spoken).actions
    assert isinstance(action, Begin)
    begun = action.errand
    assert (begun.sort, begun.text, begun.due_s - NOW.wall_s) == (sort, text, in_s)


def test_a_time_of_day_is_a_reminder_and_none_is_a_note() -> None:
    assert "at 17:00: call Ann." in ask("Remind me to call Ann at 5 pm.").text
    assert ask("Remind me to buy a present.").actions == (Remember("buy a present"),)
    assert "when" in ask("Remind me.").text


ENDED = [
    ("Cancel the reminder to call Ann.", (ANN,)),
    ("Delete the reminder about the rent.", (RENT,)),
    ("Don't remind me to call Ann.", (ANN,)),
    ("Cancel all reminders.", (ANN, RENT)),
    ("Cancel the reminder.", ()),
    ("Cancel the tea timer.", (TEA,)),
    ("Stop the timers.", (TEA, EGG)),
    ("Take milk off the shopping list.", (MILK,)),
    ("Remove the milk and the eggs from my shopping list.", (MILK, EGGS)),
    ("Clear the shopping list.", (MILK, EGGS)),
    ("Forget the plan.", (TABLE,)),
]


@pytest.mark.parametrize(("spoken", "ended"), ENDED)
def test_what_is_named_is_ended(spoken: str, ended: tuple[Errand, ...]) -> None:
    got = ask(spoken, ANN, RENT, MILK, EGGS, TEA, EGG, TABLE)
    assert got.actions == tuple(map(End, ended))


def test_which_reminder_is_asked_where_there_are_several() -> None:
    assert ask("Cancel the reminder.", ANN, RENT).text == (
        "Which one? Your reminders are: call Ann; pay the rent."
    )


def test_things_are_put_on_a_list_once() -> None:
    got = ask("Put milk, bread and butter on the shopping list.", MILK)
    assert [a.errand.text for a in got.actions if isinstance(a, Begin)] == ["bread", "butter"]
    assert got.text == "I put bread and butter on the shopping list."


SHOWN = [
    ("What is on my list?", "On the shopping list: milk, eggs."),
    ("What's on the shopping list?", "On the shopping list: milk, eggs."),
    ("Read me my to-do list.", "There is nothing on the to do list."),
    ("What reminders do I have?", "call Ann"),
    ("How long is left on the timer?", "1 min 40 s (tea)"),
    ("What is the plan?", 'Open plan "book a table", 1 of 2 steps done; to do: 2. confirm.'),
]


@pytest.mark.parametrize(("spoken", "words"), SHOWN)
def test_what_is_to_be_done_is_told(spoken: str, words: str) -> None:
    assert words in ask(spoken, ANN, MILK, EGGS, TEA, TABLE).text


def test_the_last_thing_done_is_taken_back() -> None:
    assert ask("Undo that.", undoable="the timer").actions == (Undo(),)
    assert ask("Undo that.").actions == ()


def test_there_is_an_end_to_what_can_be_wanted() -> None:
    assert ask("Put gin on my list.", *[MILK] * MOST_OPEN).actions == ()
