"""Sentences that the rules were not written from, and the labelled recordings' texts."""

import json
from pathlib import Path

import pytest

from edge.addressee import asking, correction, decide
from edge.recall.asking import Kind
from edge.recall.learnt import Learnt, learnt

LABELLED = Path(__file__).parents[2] / "../shared/data/addressee/manifest.jsonl"
DIALOGUES = Path(__file__).parents[2] / "../shared/data/memory"

FOR_ME = """
Where's my passport?
where did i park the car
When is my flight tomorrow?
What did Anna say about the contract?
What was the phone number he gave me?
Okay, remember that the alarm code is one two three four.
Remember to buy milk on the way home.
Could you remind me to water the plants tonight?
Please set a timer for twenty minutes.
Start a timer for the pasta, nine minutes.
How much time is left on the timer?
Cancel the timer.
Make a note that the boiler needs servicing.
Don't let me forget my umbrella.
What do you see?
What's in front of me?
What does this label say?
Read this for me.
Read me the menu.
What time is it?
How do you spell necessary?
How many people live in Norway?
Who wrote Don Quixote?
Translate good evening into Italian.
What was I saying?
Did I lock the front door?
Have I already paid the electricity bill?
Tell me what she said about Friday.
Forget what I just said.
Forget the last ten seconds.
Add eggs to my shopping list.
What did we decide about the holiday?
How far is the moon?
Where did I put the scissors?
Do you remember where I left my wallet?
When does the library close?
Offrecord, how was the meeting called?
What kind of bird is this?
Um, where did I, where did I put the torch?
Could I have a timer for the dumplings?
Would you mind reminding me about the oven?
Can you check whether I locked the car?
I can't remember where I parked.
Which floor did I park on?
How many days until my birthday?
Will it snow tonight?
Take butter off my list.
Wake me in two hours.
How long do you steam broccoli?
""".strip().split("\n")

FOR_OTHERS = """
Anna, where did you put the keys?
Did you see the match last night?
Do you want some tea?
Where are you going?
How are you?
What do you think about it?
Can I have the bill, please?
May I sit here?
Could you open the window, please?
Would you like to dance?
Pass me the butter.
Look at that!
Come here, kids.
Hello, this is Martin speaking.
Hi, yes, I can hear you now.
Can you hear me?
I put the keys in the blue bowl.
The doctor said I should rest.
When I was young, we had no television.
What I mean is that it is too late.
What a lovely day!
How nice of you!
Who cares?
What's up?
How's it going?
Is this seat taken?
Are they coming?
Why don't we go home?
Let's go.
Shall we?
Excuse me, where is the station?
Sorry, what did you say?
I remember that day very well.
Remember when we went to Rome?
Remember your coat.
Don't forget your umbrella.
Forget it.
He asked me where I left the car.
Tell me about it.
Take your time.
Take a seat.
Set the table, please, Tom.
Stop it!
Your turn.
That's what he said.
What's wrong?
Where is he?
I was wondering whether he would come.
Read your homework again.
Where were we?
Thank you very much.
See you tomorrow, mum.
I will set the alarm myself.
No, I don't know.
Turn the radio down, will you?
How was your day, darling?
Oh, wow! What was it like?
The timer is broken.
So what is a comet? Nobody knew for centuries.
Where is the letter, she asked.
What am I even doing?
What was I going to say.
Could you repeat that for me?
What did the nurse say to you?
Has she answered yet?
Tell me what happened, will you.
Make yourself at home.
Did you hear about the fire?
""".strip().split("\n")


@pytest.mark.parametrize("sentence", FOR_ME)
def test_a_request_is_for_the_companion(sentence: str) -> None:
    assert decide(sentence).request


@pytest.mark.parametrize("sentence", FOR_OTHERS)
def test_talk_to_others_is_left_alone(sentence: str) -> None:
    assert not decide(sentence).request


def test_the_labelled_sentences() -> None:
    if not LABELLED.exists():
        pytest.skip(f"{LABELLED} is not here")
    labelled = [json.loads(line) for line in LABELLED.read_text().splitlines()]
    taken = [(bool(decide(row["text"]).request), row["addressed"]) for row in labelled]
    assert sum(said and meant for said, meant in taken) >= 19
    assert sum(said and not meant for said, meant in taken) == 0


def test_people_s_dialogues_are_left_alone() -> None:
    files = sorted(DIALOGUES.glob("*.json"))
    if not files:
        pytest.skip(f"{DIALOGUES} is not here")
    turns = [turn["text"] for file in files for turn in json.loads(file.read_text())["turns"]]
    interrupted = sum(bool(decide(turn).request) for turn in turns)
    assert interrupted / len(turns) < 0.002


def test_words_that_were_hardly_heard_are_left_alone() -> None:
    assert not decide("Where are my keys?", confidence=20).request


def test_what_is_said_beside_a_request_is_kept_apart() -> None:
    got = decide("The keys are in the bowl. Where is my phone?")
    assert (got.request, got.rest) == ("Where is my phone?", "The keys are in the bowl.")


def test_a_note_s_text_may_follow_in_the_next_sentence() -> None:
    assert decide("Take a note. The printer is empty.").request.endswith("The printer is empty.")


def test_a_short_follow_up_counts_only_after_a_reply() -> None:
    assert not decide("And the wallet?").request
    assert decide("And the wallet?", since_reply_s=4).request
    assert not decide("And the wallet?", since_reply_s=60).request


def test_its_name_and_a_wish_to_be_unheard_cannot_be_unlearnt() -> None:
    said = ("Where is it?", "Stop listening for a while.", "What is this?")
    lessons = [
        Learnt().lesson(text, Kind.SEEN, follows_reply=False, was_meant=False)
        for text in said
        for _ in range(4)
    ]
    known = learnt(lessons)
    assert not decide("What is this?", learnt=known).request
    assert decide("Offrecord, what is this?", learnt=known).request
    assert decide("Stop listening for a while.", learnt=known).request


def test_of_several_sentences_the_one_that_asks_most_is_learnt_from() -> None:
    assert asking("It was cold. Where are my keys?") == ("Where are my keys?", Kind.LIFE)
    assert asking("And the wallet?", follows_reply=True)[1] is Kind.GONE_ON


def test_the_wearer_can_say_who_was_meant() -> None:
    assert correction("I was talking to you.") is True
    assert correction("No, that was not for you.") is False
    assert correction("I was talking to you about the car.") is None


@pytest.mark.parametrize(
    "said", ["The dentist appointment is on Tuesday at 9.", "Sunday is the best part of the week."]
)
def test_how_things_are_is_no_request(said: str) -> None:
    assert not decide(said).request
