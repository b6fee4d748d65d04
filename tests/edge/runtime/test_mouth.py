"""When the companion speaks, and when it is silent. The test is the voice at the other end."""

import asyncio
import os
from collections.abc import Callable, Iterator

import msgspec
import pytest

from edge.messages import (
    Began,
    ChildDied,
    ContextPacket,
    Hush,
    MuteState,
    Overheard,
    Reply,
    ReturnAnswer,
    SealState,
    Shown,
    Speak,
    Speaker,
    Speaking,
    SpeechStarted,
    Spoke,
    Telling,
    Transcript,
    Voiced,
    WordsWanted,
)
from edge.runtime.answers_back import AnswersBack
from edge.runtime.mouth import Mouth, mostly

THERE = SealState("voice", 1, "A", 3)
ASKED = ContextPacket("what is known", 3)
ANSWER = "The keys are in the blue bowl. It stands by the door."


def reply(text: str, *, partial: bool = False) -> Reply:
    return Reply(text, "recall", (), 100, partial)


def heard(text: str, speaker: Speaker = Speaker.UNKNOWN) -> Transcript:
    return Transcript(text, 0, 2000, 90, 0, (), speaker)


class Room:
    """A mouth, the voice's ends of its pipes, and what it showed."""

    def __init__(self, worn: AnswersBack | None = None) -> None:
        self.told, tells = os.pipe2(os.O_DIRECT | os.O_NONBLOCK)
        hears, self.reports = os.pipe2(os.O_DIRECT)
        self.shown: list[Shown] = []
        self.mouth = Mouth((tells, hears), self.shown.append, worn)
        self.fds = (self.told, tells, hears, self.reports)

    def said(self) -> list[Telling]:
        found: list[Telling] = []
        while True:
            try:
                found.append(msgspec.msgpack.decode(os.read(self.told, 4096), type=Telling))
            except BlockingIOError:
                return found

    async def report(self, *voiced: Voiced) -> None:
        for message in voiced:
            os.write(self.reports, msgspec.msgpack.encode(message))
            await asyncio.sleep(0)
            await asyncio.sleep(0.01)


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    yield made
    for descriptor in made.fds:
        os.close(descriptor)


def lived(life: Callable[[], object]) -> None:
    async def live() -> None:
        found = life()
        if asyncio.iscoroutine(found):
            await found

    asyncio.run(live())


def test_an_answer_is_spoken_sentence_by_sentence(room: Room) -> None:
    def life() -> None:
        room.mouth.told(THERE)
        room.mouth.shown(ASKED)
        room.mouth.shown(reply(ANSWER))

    lived(life)
    first, second = ANSWER[:30], ANSWER[31:]
    assert room.said() == [Speak(1, first), Speak(2, second)]


def test_a_sentence_is_spoken_before_the_answer_is_whole(room: Room) -> None:
    def life() -> None:
        room.mouth.told(THERE)
        room.mouth.shown(ASKED)
        for end in range(5, 40, 5):
            room.mouth.shown(reply(ANSWER[:end], partial=True))
        assert room.said() == [Speak(1, ANSWER[:30])]
        room.mouth.shown(reply(ANSWER))

    lived(life)
    assert room.said() == [Speak(2, ANSWER[31:])]


def test_without_a_voice_nothing_is_spoken(room: Room) -> None:
    lived(lambda: room.mouth.shown(reply(ANSWER)))
    assert room.said() == []


def test_it_is_silent_when_somebody_speaks_and_says_nothing_more_of_it(room: Room) -> None:
    def life() -> None:
        room.mouth.told(THERE)
        room.mouth.shown(reply(ANSWER[:35], partial=True))
        room.mouth.observed(SpeechStarted(10))
        room.mouth.shown(reply(ANSWER))

    lived(life)
    assert room.said() == [Speak(1, ANSWER[:30]), Hush()]


def test_it_does_not_begin_while_others_speak(room: Room) -> None:
    def life() -> None:
        room.mouth.told(THERE)
        room.mouth.observed(SpeechStarted(10))
        room.mouth.shown(reply(ANSWER))
        assert room.said() == []
        room.mouth.observed(Overheard(10, 900))
        room.mouth.shown(reply("Time is up."))

    lived(life)
    assert room.said() == [Speak(1, "Time is up.")]


def test_muted_it_is_silent(room: Room) -> None:
    def life() -> None:
        room.mouth.told(THERE)
        room.mouth.shown(reply("Off the record."))
        room.mouth.told(MuteState(muted=True))
        room.mouth.shown(reply(ANSWER))
        room.mouth.told(MuteState(muted=False))
        room.mouth.shown(reply("Hello."))

    lived(life)
    assert room.said() == [Speak(1, "Off the record."), Hush(), Speak(2, "Hello.")]


def test_a_new_question_ends_the_answer_before(room: Room) -> None:
    def life() -> None:
        room.mouth.told(THERE)
        room.mouth.shown(reply("One."))
        room.mouth.shown(ASKED)
        room.mouth.shown(reply("Two."))

    lived(life)
    assert room.said() == [Speak(1, "One."), Hush(), Speak(2, "Two.")]


def test_it_is_shown_when_it_speaks_and_when_it_was_cut(room: Room) -> None:
    async def life() -> None:
        room.mouth.told(THERE)
        room.mouth.shown(reply(ANSWER))
        await room.report(Began(1), Spoke(1, 1200, was_cut=False), Began(2))
        assert room.shown == [Speaking(is_heard=True)]
        await room.report(Spoke(2, 300, was_cut=True))

    lived(life)
    assert room.shown == [Speaking(is_heard=True), Speaking(is_heard=False, was_cut=True)]


def test_a_voice_that_dies_is_not_heard_any_more(room: Room) -> None:
    async def life() -> None:
        room.mouth.told(THERE)
        room.mouth.shown(reply("One."))
        await room.report(Began(1))
        room.mouth.told(ChildDied("voice", "ended"))
        room.mouth.shown(reply("Two."))

    lived(life)
    assert room.shown[-1] == Speaking(is_heard=False, was_cut=True)
    assert room.said() == [Speak(1, "One.")]


def test_its_own_words_are_known_while_they_are_heard(room: Room) -> None:
    loop_s: list[float] = []

    async def life() -> None:
        room.mouth.told(THERE)
        room.mouth.shown(reply("The keys are in the blue bowl."))
        await room.report(Began(1))
        loop_s.append(asyncio.get_running_loop().time())
        assert room.mouth.is_own(heard("keys are in a blue bowl"), loop_s[0] + 1)
        assert not room.mouth.is_own(heard("what time is it"), loop_s[0] + 1)
        assert not room.mouth.is_own(heard("keys are in the bowl", Speaker.WEARER), loop_s[0] + 1)
        await room.report(Spoke(1, 1500, was_cut=False))
        assert room.mouth.is_own(heard("the blue bowl"), loop_s[0] + 1)
        assert not room.mouth.is_own(heard("the blue bowl"), loop_s[0] + 60)

    lived(life)


@pytest.mark.parametrize(
    ("words", "is_own"),
    [
        ("keys are in the blue bowl", True),
        ("the keys aren't blue ball", True),
        ("stop", False),
        ("blue", False),
        ("where are the keys to the car", False),
        ("", False),
    ],
)
def test_most_of_the_words_must_be_its_own(words: str, *, is_own: bool) -> None:
    assert mostly(words.split(), ["the", "keys", "are", "in", "the", "blue", "bowl"]) is is_own


def test_it_knows_how_long_after_a_question_it_was_heard(room: Room) -> None:
    """What is asked next follows the reply's last word, not its first."""

    async def life() -> None:
        room.mouth.told(THERE)
        room.mouth.shown(ASKED)
        assert room.mouth.heard_for_s == 0
        room.mouth.shown(reply("One."))
        await room.report(Began(1))
        await asyncio.sleep(0.2)
        await room.report(Spoke(1, 200, was_cut=False))
        assert 0.2 < room.mouth.heard_for_s < 5

    lived(life)


def test_a_timer_that_nobody_asked_just_now_counts_from_its_own_ring(room: Room) -> None:
    async def life() -> None:
        room.mouth.told(THERE)
        room.mouth.shown(reply("Time is up."))
        await room.report(Began(1), Spoke(1, 500, was_cut=False))
        assert room.mouth.heard_for_s < 5

    lived(life)


def test_by_a_wearable_only_what_was_asked_there_is_said_once_it_is_entered() -> None:
    happened: list[object] = []
    worn = AnswersBack(happened.append, happened.append)
    made = Room(worn)

    async def life() -> None:
        made.mouth.told(THERE)
        worn.told(WordsWanted("the board", 0, takes_answers=True))
        for asked in (None, heard("Where are the keys?")):
            worn.asked(asked)
            for message in (ASKED, reply(ANSWER)):
                worn.shown(message)
                made.mouth.shown(message)
        entered = list(happened)
        assert len(entered) == 2
        first, second = made.said()
        assert isinstance(first, Speak)
        assert isinstance(second, Speak)
        await made.report(Began(first.number), Spoke(first.number, 900, was_cut=False))
        made.mouth.told(Hush())  # its button
        assert made.said() == [Hush()]
        await made.report(Spoke(second.number, 0, was_cut=True))

    worn.is_spoken = lambda: True
    lived(life)
    assert happened[2:] == [
        ReturnAnswer(ANSWER.partition(". ")[0] + ".", goes_on=True),
        ReturnAnswer("", goes_on=False, was_cut=True),
    ]
    assert made.shown == [Speaking(is_heard=True), Speaking(is_heard=False, was_cut=True)]
    for descriptor in made.fds:
        os.close(descriptor)
