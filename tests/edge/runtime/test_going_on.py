"""Who goes on speaking soon after an end was not finished: the whole takes the half's place."""

from pathlib import Path

from runtime_process import HELLO, SECRET, RuntimeProcess, at

from edge.config import Config, Privacy
from edge.messages import (
    ContextPacket,
    Look,
    Notice,
    Overheard,
    Reply,
    Seen,
    Shown,
    Speaker,
    Transcript,
)
from edge.notes import opening
from edge.runtime.conversation import TAKEN_BACK


def half(text: str, end_s: float = 10) -> Transcript:
    return Transcript(text, 8_000, round(end_s * 1000), 90, 0)


def whole(text: str, end_s: float = 13) -> Transcript:
    return Transcript(text, 8_000, round(end_s * 1000), 90, 0, goes_on=True)


def ask(runtime: RuntimeProcess, question: str, end_s: int = 60) -> tuple[str, str]:
    """Ask something later; return the answer, and all that it could rest on."""
    runtime.say(Transcript(question, (end_s - 2) * 1000, end_s * 1000, 90, 0))
    shown = runtime.until(Reply)
    return text_of(shown[-1]), packet_of(shown)


def packet_of(shown: list[Shown]) -> str:
    return next(message.text for message in shown if isinstance(message, ContextPacket))


def text_of(message: Shown) -> str:
    assert isinstance(message, Reply)
    return message.text


KEYS = "I put the keys in the blue bowl"
WHOLE = f"{KEYS} behind the bread bin."


def test_a_sentence_that_went_on_is_noted_once_and_whole(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, half(KEYS), whole(WHOLE))
        answer, packet = ask(runtime, "Where did I put the keys?")
        assert WHOLE in answer
        assert packet.count("blue bowl") == 1
        assert runtime.summary().heard == 2


def test_the_half_is_not_in_the_notes_either(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, half(KEYS), whole(WHOLE))
        for _ in range(2):
            runtime.until(Transcript)
        runtime.kill_and_restart()
        _, packet = ask(runtime, "Where did I put the keys?")
        assert packet.count("blue bowl") == 1


def test_a_timer_that_was_set_on_half_a_sentence_is_taken_back(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, half("Set a timer for ten minutes"))
        assert "10 min" in text_of(runtime.until(Reply)[-1])
        runtime.say(whole("Set a timer for ten minutes, said my mother, and I laughed."))
        told = [m.text for m in runtime.until(Notice) if isinstance(m, Notice)]
        assert told == [TAKEN_BACK]
        answer, _ = ask(runtime, "How long is left on the timer?")
        assert "10 min" not in answer
        assert "9 min" not in answer


def test_a_question_that_went_on_is_answered_as_a_whole(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, Transcript(WHOLE, 2_000, 5_000, 90, 0))
        runtime.say(half("Where did I put"))
        runtime.say(whole("Where did I put the keys?"))
        questions = [packet_of(runtime.until(Reply)) for _ in range(2)]
        assert questions[0].endswith("Question: Where did I put")
        assert questions[1].endswith("Question: Where did I put the keys?")
        _, packet = ask(runtime, "What do you see?")
        assert packet.count("Was asked") == 1


def test_what_was_asked_and_answered_is_not_answered_again(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, half("Set a timer for ten minutes."))
        runtime.until(Reply)
        runtime.say(whole("Set a timer for ten minutes!"))
        ask(runtime, "What do you see?")
        assert runtime.summary().answered == 2


IN_VIEW = "What am I looking at?"


def live(folder: Path, settings: Config | None = None) -> RuntimeProcess:
    """Start a runtime whose questions about what is in view wait for a sight."""
    runtime = RuntimeProcess(folder, settings=settings, fast=False, live=True)
    runtime.tell(at(60, live=True), at(60, kind="video", live=True))
    runtime.say(HELLO)
    return runtime


def test_a_question_that_waits_for_a_sight_waits_on_when_no_more_was_asked(tmp_path: Path) -> None:
    with live(tmp_path) as runtime:
        runtime.say(half(IN_VIEW), whole(IN_VIEW))
        runtime.until(Look)
        assert text_of(runtime.until(Reply)[-1])
        assert runtime.summary().answered == 1


def test_a_question_that_waits_for_a_sight_and_was_not_meant_is_dropped(tmp_path: Path) -> None:
    with live(tmp_path) as runtime:
        runtime.say(half(IN_VIEW), whole("What am I looking at, said my mother, and I laughed."))
        told = [m.text for m in runtime.until(Notice) if isinstance(m, Notice)]
        assert told == [TAKEN_BACK]
        assert runtime.summary().answered == 0


def test_a_half_that_asked_nothing_does_not_cost_another_question_s_answer(tmp_path: Path) -> None:
    with live(tmp_path) as runtime:
        runtime.say(Transcript(IN_VIEW, 2_000, 5_000, 90, 0), half(KEYS))
        runtime.until(Look)
        runtime.say(Seen(11_000, (), (), 0, 0))
        answer = text_of(runtime.until(Reply)[-1])
        runtime.say(whole(WHOLE))
        runtime.until(Transcript)
        with opening.for_reading(tmp_path, SECRET) as reading:
            assert [n.text for n in reading.recent(9, ("told",))] == [answer]
            assert [n.text for n in reading.recent(9, ("said",))] == [WHOLE]


def test_what_another_goes_on_to_say_does_not_cost_one_either(tmp_path: Path) -> None:
    def wearer(text: str, end_s: int) -> Transcript:
        return Transcript(text, (end_s - 2) * 1000, end_s * 1000, 90, 0, (), Speaker.WEARER, 95)

    with live(tmp_path, Config(privacy=Privacy(mode="ephemeral"))) as runtime:
        runtime.say(wearer(IN_VIEW, 5), half(KEYS))
        runtime.until(Overheard)
        runtime.say(Seen(11_000, (), (), 0, 0))
        answer = text_of(runtime.until(Reply)[-1])
        runtime.say(whole(WHOLE), wearer("What time is it?", 20))
        assert answer in packet_of(runtime.until(Reply))
