"""Who goes on speaking soon after an end was not finished: the whole takes the half's place."""

from pathlib import Path

from runtime_process import HELLO, RuntimeProcess, at

from edge.messages import ContextPacket, Notice, Reply, Shown, Transcript
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
