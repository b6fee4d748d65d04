"""What stops the hearing, and what is only talk of records and of listening."""

import pytest

from edge.addressee import decide
from edge.evidence import Now, Question
from edge.recall.answer import HearNothing, Memory
from edge.recall.requests import answer_all

NOW = Now("r", 100_000, 1_700_000_000.0)
UNSAID = 15


def minutes(utterance: str) -> int | None:
    """Return for how long an utterance stops the hearing; None when it does not."""
    meant = decide(utterance).request
    if not meant:
        return None
    done = answer_all(Question(meant, NOW), Memory((), mute_minutes=UNSAID))
    wishes = [action.minutes for action in done.actions if isinstance(action, HearNothing)]
    return max(wishes, default=None)


@pytest.mark.parametrize(
    ("utterance", "expected"),
    [
        ("Off the record.", UNSAID),
        ("off the record", UNSAID),
        ("Of the record.", UNSAID),
        ("Off the records.", UNSAID),
        ("Off-the-record.", UNSAID),
        ("Off The Record!", UNSAID),
        ("Okay, off the record.", UNSAID),
        ("Off the record, please.", UNSAID),
        ("Off the record for now.", UNSAID),
        ("Off the record for ten minutes.", 10),
        ("Off the record for 10 minutes.", 10),
        ("Off the record, for ten minutes.", 10),
        ("Off-The-Record, for 10 minutes, please.", 10),
        ("Off the record. For ten minutes.", 10),
        ("Off record for half an hour.", 30),
        ("Go off the record.", UNSAID),
        ("Go off the record for ten minutes.", 10),
        ("Go off record for an hour and a half.", 90),
        ("Please go off the record for the next two hours.", 120),
        ("Can you go off the record for five minutes?", 5),
        ("Could you please go off the record?", UNSAID),
        ("Let's go off the record for a bit.", UNSAID),
        ("Stop listening.", UNSAID),
        ("stop listening", UNSAID),
        ("Stop listening!", UNSAID),
        ("So, um, stop listening now.", UNSAID),
        ("Stop listening to me.", UNSAID),
        ("Stop listening for five minutes.", 5),
        ("Stop listening for 5 minutes, please.", 5),
        ("Stop listening for a minute.", UNSAID),
        ("Stop listening for one minute.", 1),
        ("Stop listening for thirty seconds.", 1),
        ("Stop listening for twenty-five minutes.", 25),
        ("Stop listening until I tell you.", UNSAID),
        ("Stop listening for the rest of the meeting.", UNSAID),
        ("Stop listening for the rest of the day.", 24 * 60),
        ("Can you stop listening for 20 minutes?", 20),
        ("Pause listening for 90 minutes.", 90),
        ("Stop recording.", UNSAID),
        ("Please stop recording this.", UNSAID),
        ("Mute yourself.", UNSAID),
        ("Mute yourself for an hour.", 60),
        ("Mute yourself for two days.", 2880),
        ("Mute yourself for thirty days.", 7 * 24 * 60),
        ("Offrecord, off the record.", UNSAID),
        ("Off record, stop listening.", UNSAID),
        ("Hey Offrecord, mute for ten minutes.", 10),
        ("Offrecord, go to sleep.", UNSAID),
        ("Offrecord, don't listen.", UNSAID),
        ("Offrecord, turn off the microphone for an hour.", 60),
        ("Offrecord, this is off the record.", UNSAID),
        ("My pin is in the drawer. Stop listening for five minutes.", 5),
        ("That's private. Go off the record.", UNSAID),
        ("Where are my keys? Go off the record for ten minutes.", 10),
    ],
)
def test_a_wish_to_be_heard_no_longer(utterance: str, expected: int) -> None:
    assert minutes(utterance) == expected


@pytest.mark.parametrize(
    "utterance",
    """
The judge said it is off the record.
He told me off the record that they would close the plant.
Off the record, he is going to resign.
Off the record. He is going to resign.
Off the record he is going to resign.
Off the record comments by the minister caused a stir.
Off the record?
Is this off the record?
Was that off the record?
Can we go off the record?
It was off the record.
This is off the record.
Keep it off the record.
We went off the record for ten minutes.
We were off the record for an hour.
He's a crook. Off the record.
They struck it off the record.
Strike that off the record.
Don't go off the record.
He went off the record for five minutes and then came back.
Go off the road for ten minutes.
On the record.
On the record for ten minutes.
For the record, I was there.
Of the records we have, two are missing.
Take the cover off the record.
She broke the record for ten minutes.
Off record.
Offrecord.
Stop listening to him.
Stop listening to music.
Stop listening to that noise all day.
Stop listening at the door.
Stop listening, Tom.
Tom, stop listening.
Stop listening?
Never stop listening.
I can't stop listening to this song.
Why did you stop listening?
I told him to stop listening.
You should stop listening to her for five minutes.
You never let me speak. Stop listening.
She stopped listening for five minutes.
Start listening.
Mute the television for ten minutes.
Mute it.
Mute.
He muted himself for an hour.
You were muted for ten minutes.
Can you mute yourself, Tom?
Go to sleep.
Stop it for five minutes.
Stop talking for five minutes.
Stop looking at me.
Stop recording your wife.
Stop recording the game for ten minutes.
Remember that the judge said it is off the record.
Remember that he went off the record for ten minutes.
Take a note. We were off the record for ten minutes.
Offrecord, was the meeting off the record?
Offrecord, what did he say off the record?
Offrecord, remember to mute the television for ten minutes.
Offrecord, set a timer for ten minutes.
""".strip().split("\n"),
)
def test_talk_of_records_and_listening_mutes_nothing(utterance: str) -> None:
    assert minutes(utterance) is None


def test_what_follows_the_wish_is_neither_answered_nor_kept() -> None:
    meant = decide("The safe is new. Stop listening. Its code is one two three.")
    assert (meant.request, meant.rest) == ("Stop listening.", "The safe is new.")
    named = decide("Offrecord, stop listening. Its code is one two three.")
    assert (named.request, named.rest) == ("stop listening.", "")


def test_a_wish_that_was_hardly_heard_counts() -> None:
    assert decide("Stop listening.", confidence=5).request


@pytest.mark.parametrize(
    ("utterance", "reply"),
    [
        ("Go off the record for ten minutes.", "Off the record for 10 minutes."),
        ("Stop listening for one minute.", "Off the record for 1 minute."),
        ("Mute yourself for an hour and a half.", "Off the record for 1 hour 30 minutes."),
        ("Off the record.", "Off the record for 15 minutes."),
    ],
)
def test_the_reply_says_for_how_long(utterance: str, reply: str) -> None:
    meant = decide(utterance).request
    assert answer_all(Question(meant, NOW), Memory(())).text == reply


def test_other_requests_before_it_are_done() -> None:
    meant = decide("Remember that the code is red. Go off the record for ten minutes.")
    done = answer_all(Question(meant.request, NOW), Memory(()))
    assert done.text == 'I will remember: "the code is red". Off the record for 10 minutes.'
