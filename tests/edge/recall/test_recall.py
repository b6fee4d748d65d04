"""Every row: what was heard, what is asked, and what the answer must hold."""

import re

import pytest

from edge.errand import Errand
from edge.evidence import Note, Now, Question, seen_text
from edge.recall.answer import (
    Answer,
    Begin,
    End,
    Forget,
    Memory,
    Remember,
)
from edge.recall.requests import answer, answer_all

NOW = Now("r", 100_000, 1_700_000_000.0)
NOTHING = "I have not heard or seen anything about"


def said(text: str, ago_s: float = 20, kind: str = "said") -> Note:
    at_ms = NOW.ms - round(ago_s * 1000)
    return Note(kind, text, at_ms, NOW.wall_s - ago_s, "r", "tiny", 90)  # type: ignore[arg-type]


def saw(labels: str, *lines: str, ago_s: float = 3) -> Note:
    return said(seen_text(labels.split(", ") if labels else (), lines), ago_s, "seen")


def heard(*texts: str) -> list[Note]:
    """What was said, the last 10 s ago, 10 s apart."""
    return [said(t, 10.0 * (len(texts) - i)) for i, t in enumerate(texts)]


def ask(question: str, *notes: Note, errands: tuple[Errand, ...] = ()) -> Answer:
    return answer_all(Question(question, NOW), Memory(notes, errands))


SMALL_TALK = heard(
    "Good morning everybody, let's get started.",
    "The weather is lovely today.",
    "I had the soup for lunch and it was cold.",
    "They changed the recipe and now it tastes awful.",
)

QUOTED = [
    # heard, asked, must be quoted
    ("I put the keys in the blue bowl.", "Where did I put my keys?", "blue bowl"),
    ("I put the keys in the blue bowl.", "Where are my keys?", "blue bowl"),
    ("I put the keys in the blue bowl.", "where did i leave my key", "blue bowl"),
    ("I left my glasses on the kitchen table.", "Where did I put my glasses?", "kitchen table"),
    ("i left my glasses on the kitchen table", "WHERE ARE MY GLASSES", "kitchen table"),
    ("I parked on level three.", "Where did I park the car?", "level three"),
    ("The car is parked behind the station.", "Where did I park?", "behind the station"),
    ("My passport is in the top drawer.", "Where's my passport?", "top drawer"),
    ("The umbrella is hanging behind the door.", "Where is the umbrella?", "behind the door"),
    ("I hid the present under the bed.", "Where did I hide the presents?", "under the bed"),
    ("We are meeting at the Blue Door Cafe.", "Where is the meeting?", "Blue Door"),
    (
        "My dentist appointment is on Thursday at ten.",
        "When is the dentist appointment?",
        "Thursday",
    ),
    ("My dentist appointment is on Thursday at ten.", "When's my appointment?", "Thursday at ten"),
    ("The train leaves at five.", "When does the train leave?", "at five"),
    (
        "Yeah, the train leaves at five, so we should hurry.",
        "What time does the train leave?",
        "five",
    ),
    ("Anna's birthday is on the third of May.", "When is Anna's birthday?", "third of May"),
    ("The meeting was moved to Thursday.", "When is the meeting?", "Thursday"),
    (
        "The doctor said the dosage is two pills a day.",
        "What did the doctor say about the dosage?",
        "two pills",
    ),
    (
        "Peter said the budget is nearly gone.",
        "What did Peter say about the budget?",
        "nearly gone",
    ),
    (
        "The budget has to be cut by ten percent.",
        "What did we say about the budget?",
        "ten percent",
    ),
    ("I talked to Maria about the budget.", "Who did I talk to about the budget?", "Maria"),
    (
        "She told me to read a book called The Overstory.",
        "What was the name of the book she mentioned?",
        "Overstory",
    ),
    ("The wifi password is green tomato.", "What's the wifi password?", "green tomato"),
    (
        "The door code is four seven one two.",
        "What is the code for the door?",
        "four seven one two",
    ),
    ("The plumber costs eighty euros an hour.", "How much does the plumber cost?", "eighty euros"),
    ("There are twelve people coming on Saturday.", "How many people are coming?", "twelve"),
    (
        "I took my medicine at breakfast.",
        "Did I already take my medicine this morning?",
        "breakfast",
    ),
    ("I took the pills with my coffee.", "Did I take my medicine?", "pills"),
    ("My brother lives near the harbour with two cats.", "Where does my brother live?", "harbour"),
    (
        "Her name is Catherine and she works at the bank.",
        "What did you hear about Katherine?",
        "bank",
    ),
    ("We agreed to paint the fence green.", "What did we agree about the fence?", "green"),
    ("Sarah recommended the Thai place on Mill Street.", "What did Sarah recommend?", "Thai place"),
    (
        "The flight to Lisbon leaves from gate twelve.",
        "Which gate does the flight leave from?",
        "twelve",
    ),
    ("I lent the drill to Martin.", "Who did I lend the drill to?", "Martin"),
    ("I lent the drill to Martin.", "Who has my drill?", "Martin"),
    (
        "We need milk and eggs from the supermarket.",
        "Is there anything on my list for the supermarket?",
        "milk and eggs",
    ),
    ("I put the umbrela in the hallway.", "Where did I put the umbrella?", "hallway"),
    ("I'm leaving my bike at the library.", "Where did I leave my bicycle?", "library"),
    ("Mum is arriving on Friday.", "When does my mother arrive?", "Friday"),
    (
        "The invoice number is seven seven three.",
        "What was the invoice number?",
        "seven seven three",
    ),
    ("I set the suitcase beside the stairs.", "Do you remember where I put my suitcase?", "stairs"),
    ("I set the suitcase beside the stairs.", "Can you tell me where my suitcase is?", "stairs"),
]


@pytest.mark.parametrize(("told", "question", "expected"), QUOTED)
def test_an_answer_quotes_what_was_heard(told: str, question: str, expected: str) -> None:
    got = ask(question, *SMALL_TALK, said(told))
    assert expected in got.text
    assert "20 s ago" in got.text
    assert any(told.split()[1] in line for line in got.because)
    assert not got.needs_model


CLOSEST = [
    (
        "Take two tablets, that dosage is enough.",
        "What did the doctor say about the dosage?",
        "two tablets",
    ),
    ("The spear key is under the blue pot.", "Where is the spare key?", "blue pot"),
]


@pytest.mark.parametrize(("told", "question", "closest"), CLOSEST)
def test_what_fits_in_part_is_told_as_no_more_than_the_closest(
    told: str, question: str, closest: str
) -> None:
    got = ask(question, *SMALL_TALK, said(told))
    assert "The closest" in got.text
    assert closest in got.text
    assert got.is_unsure
    assert got.unaided(connected=False) == got.text


UNKNOWN = [
    ("I put the salad in the fridge.", "Where did I put my keys?"),
    ("The keys are on the hook.", "Where did I leave my wallet?"),
    ("I left the blue bowl on the table.", "Where did I put the blue folder?"),
    ("My birthday is in May.", "When is Tom's birthday?"),
    ("Anna likes tea.", "What did Anna say about the budget?"),
    ("I am sitting in the garden.", "Did I call the bank?"),
    ("The meeting is at four.", "When is the dentist appointment?"),
    ("We need capital for the company.", "What's the capital of Mongolia?"),
    ("The doctor is very friendly.", "What did the doctor say about the dosage?"),
    ("I bought new shoes.", "How long have I been sitting here?"),
    ("She mentioned a film.", "What was the name of the restaurant?"),
    ("I put my coat on.", "Where is my hat?"),
    ("The shop closes at nine.", "When does the bank close?"),
    ("The cat is at the vet.", "Where is the dog?"),
    ("I fed the cat.", "Did I water the plants?"),
]


@pytest.mark.parametrize(("told", "question"), UNKNOWN)
def test_what_was_never_mentioned_is_not_guessed(told: str, question: str) -> None:
    got = ask(question, *SMALL_TALK, said(told))
    assert NOTHING in got.text
    assert got.because == ()


def test_a_question_is_never_answered_with_itself_or_with_a_reply() -> None:
    question = "Where did I leave my keys?"
    notes = [
        said(question, 30),
        said(question, 9, "asked"),
        said("The keys are on Mars.", 8, "told"),
    ]
    assert ask(question, *notes).text == f"That is not in my notes: {NOTHING} keys."


def test_a_statement_is_preferred_to_an_earlier_question() -> None:
    notes = heard("The keys are on the hook.", "Have you seen the keys on the hook?")
    assert '"The keys are on the hook."' in ask("Where are my keys?", *notes).text


def test_the_newest_place_wins() -> None:
    notes = heard("I put the keys in the bowl.", "I put the keys in the drawer.")
    assert "drawer" in ask("Where are my keys?", *notes).text


def test_not_knowing_is_no_place() -> None:
    notes = heard("The keys are on the hook.", "I don't know where my keys are.")
    assert "hook" in ask("Where are my keys?", *notes).text


def test_being_mentioned_without_a_place_is_said() -> None:
    got = ask("Where are my keys?", said("I love these keys."))
    assert got.text.startswith("I heard about it, but not where")


def test_a_sentence_goes_on_with_a_pronoun() -> None:
    notes = [said("I bought a new book.", 20), said("It is called The Overstory.", 16)]
    assert "Overstory" in ask("What is the title of the book?", *notes).text


def test_only_the_sentence_that_matters_is_quoted() -> None:
    got = ask("Where is the key?", said("It is late. The key is under the pot. Good night."))
    assert '"The key is under the pot."' in got.text


def test_a_note_of_an_earlier_run_is_dated_by_the_wall_clock() -> None:
    old = Note("remembered", "the spare key is under the pot", 5, NOW.wall_s - 7200, "x", "wearer")
    assert "2 h ago" in ask("Where is the spare key?", old).text


REMEMBERED = [
    ("Remember that the spare key is under the blue pot.", "the spare key is under the blue pot"),
    ("remember the spare key is under the pot", "the spare key is under the pot"),
    ("Please remember my locker is number twelve.", "my locker is number twelve"),
    ("Take a note, the printer needs more toner.", "the printer needs more toner"),
    ("Take a note. The printer needs more toner.", "The printer needs more toner"),
    ("Take a note: buy milk.", "buy milk"),
    ("Can you make a note that the rent is due?", "the rent is due"),
    ("Don't let me forget the umbrella.", "the umbrella"),
    ("Write this down, the code is four seven.", "the code is four seven"),
    ("Note to self, call Martin.", "call Martin"),
    ("Okay, remember that Anna is allergic to nuts.", "Anna is allergic to nuts"),
]


@pytest.mark.parametrize(("spoken", "kept"), REMEMBERED)
def test_what_is_to_be_remembered_is_kept(spoken: str, kept: str) -> None:
    assert ask(spoken).actions == (Remember(kept),)


def test_an_empty_note_asks_back() -> None:
    assert ask("Take a note.").actions == ()


TIMERS = [
    ("Set a timer for ten minutes.", 600, ""),
    ("set a timer for 10 minutes", 600, ""),
    ("Set a timer for an hour and a half.", 5400, ""),
    ("Start a twenty-five minute timer.", 1500, ""),
    ("Can you set a pasta timer for eight minutes?", 480, "pasta"),
    ("Set a timer for eight minutes for the eggs.", 480, "eggs"),
    ("Timer for ninety seconds.", 90, ""),
    ("Set an alarm in half an hour.", 1800, ""),
    ("Remind me in five minutes to turn off the oven.", 300, "turn off the oven"),
    ("Remind me to turn off the oven in five minutes.", 300, "turn off the oven"),
]


def begun(spoken: str) -> list[tuple[str, float]]:
    """Return what is begun, and in how many seconds it rings."""
    actions = [each.errand for each in ask(spoken).actions if isinstance(each, Begin)]
    return [(errand.text, errand.due_s - NOW.wall_s) for errand in actions]


@pytest.mark.parametrize(("spoken", "duration_s", "label"), TIMERS)
def test_a_timer_is_set(spoken: str, duration_s: float, label: str) -> None:
    assert begun(spoken) == [(label, duration_s)]


def test_a_timer_without_a_duration_asks_back() -> None:
    assert "how long" in ask("Set a timer.").text


def test_a_running_timer_is_told_and_stopped() -> None:
    running = (Errand("timer", "tea", NOW.wall_s + 90),)
    assert "1 min 30 s (tea)" in ask("How long is left on the timer?", errands=running).text
    assert ask("Stop the timer.", errands=running).actions == (End(running[0]),)
    assert ask("Stop the timer.").text == "No timer is running."


FORGOTTEN = [
    ("Forget the last five minutes.", 0),
    ("Forget the last thirty seconds.", 70_000),
    ("Can you forget the last minute?", 40_000),
    ("Delete the last ten seconds please.", 90_000),
    ("Forget that.", 80_000),
    ("Forget what I just said.", 80_000),
    ("Forget everything.", 0),
]


@pytest.mark.parametrize(("spoken", "since_ms"), FORGOTTEN)
def test_a_stretch_of_time_is_forgotten(spoken: str, since_ms: int) -> None:
    assert ask(spoken, said("My pin is one two.")).actions == (Forget(since_ms),)


SIGN = saw("stop sign", "EMERGENCY EXIT", "PUSH BAR", "ALARM WILL SOUND", ago_s=3)
CUP = saw("cup, book", ago_s=2)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What do you see?", "a cup and a book"),
        ("What am I looking at?", "a cup and a book"),
        ("What's in front of me?", "a cup and a book"),
        ("What does that sign say?", "EMERGENCY EXIT / PUSH BAR / ALARM WILL SOUND"),
        ("What did the sign say?", "EMERGENCY EXIT"),
        ("Read that label for me.", "PUSH BAR"),
        ("Can you read that sign?", "ALARM WILL SOUND"),
        ("What does it say on the door?", "PUSH BAR"),
        ("Have you seen a cup?", "a cup and a book 2 s ago"),
        ("Where is my book?", "I saw a cup and a book 2 s ago"),
        ("Where is the exit?", "EMERGENCY EXIT"),
    ],
)
def test_what_was_seen_is_told(question: str, expected: str) -> None:
    assert expected in ask(question, SIGN, CUP).text


def test_nothing_seen_is_said_so() -> None:
    assert ask("What do you see?").text == "I have not seen anything yet."
    assert ask("Read that sign.", CUP).text == "I have not seen any text yet."


def test_the_last_words_are_repeated() -> None:
    assert "tastes awful" in ask("What did she just say?", *SMALL_TALK).text
    assert "tastes awful" in ask("What did he say?", *SMALL_TALK).text


def test_notes_are_listed() -> None:
    assert "buy milk" in ask("What are my notes?", said("buy milk", 5, "remembered")).text


NEED_A_MODEL = [
    "How do you say thank you in Portuguese?",
    "What's the capital of Mongolia?",
    "Summarize what we just discussed.",
    "Why is the sky blue?",
    "Translate good morning into French.",
    "Who invented the telephone?",
    "Explain quantum computing.",
]


@pytest.mark.parametrize("question", NEED_A_MODEL)
def test_what_only_a_language_model_knows_is_said_with_how_to_connect_one(question: str) -> None:
    got = ask(question, *SMALL_TALK)
    assert got.needs_model
    assert "[reasoner]" in got.unaided(connected=False)
    assert "did not answer" in got.unaided(connected=True)


def test_people_s_own_affairs_are_no_matter_for_a_language_model() -> None:
    assert not ask("Where did I leave my keys?").needs_model


def test_two_requests_in_one_breath_are_both_answered() -> None:
    got = ask("Set a timer for ten minutes. Where are my keys?", said("The keys are on the hook."))
    assert got.actions == (Begin(Errand("timer", "", NOW.wall_s + 600)),)
    assert "hook" in got.text


def test_the_reasons_fit_their_lines() -> None:
    got = ask("Where are my keys?", said("The keys are " + "very " * 60 + "near the door."))
    assert all(len(line) <= 120 for line in got.because)


def test_the_time_of_day_is_told() -> None:
    assert re.fullmatch(
        r"It is \d\d:\d\d\.", answer(Question("What time is it?", NOW), Memory(())).text
    )
