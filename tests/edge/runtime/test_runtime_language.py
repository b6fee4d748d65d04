"""A sealed runtime that asks a sealed language model."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from language_process import LanguageProcess
from runtime_process import HELLO, RuntimeProcess, spoken

from edge.config import Config, Reasoner
from edge.messages import LANGUAGE_MODEL, ChildDied, Notice, Reply

CAPITAL = "What's the capital of Mongolia?"


@pytest.fixture
def language(tmp_path: Path) -> Iterator[LanguageProcess]:
    with LanguageProcess(tmp_path) as language:
        language.wait_until_there()
        yield language


def started(data: Path, language: LanguageProcess) -> RuntimeProcess:
    settings = Config(reasoner=(Reasoner(url=str(language.weights)),))
    pipes = (language.asks, language.answers)
    return RuntimeProcess(data, settings=settings, language_fds=pipes)


def replies(runtime: RuntimeProcess) -> list[Reply]:
    return [message for message in runtime.until(Reply) if isinstance(message, Reply)]


def test_what_recall_cannot_answer_the_model_does(
    tmp_path: Path, language: LanguageProcess
) -> None:
    with started(tmp_path, language) as runtime:
        runtime.tell(language.state())
        runtime.say(HELLO, spoken(CAPITAL, 4))
        shown = replies(runtime)
        assert shown[0].partial
        assert {reply.source for reply in shown} == {"tiny"}
        assert shown[-1].text.startswith(shown[0].text)


def test_what_recall_knows_the_model_is_not_asked(
    tmp_path: Path, language: LanguageProcess
) -> None:
    with started(tmp_path, language) as runtime:
        runtime.tell(language.state())
        runtime.say(HELLO, spoken("The keys are on the hook.", 4))
        runtime.say(spoken("Where are my keys?", 9))
        assert replies(runtime)[-1].source == "recall"


def test_nothing_leaves_the_device_for_it(tmp_path: Path, language: LanguageProcess) -> None:
    with started(tmp_path, language) as runtime:
        runtime.tell(language.state())
        runtime.say(HELLO, spoken(CAPITAL, 4))
        replies(runtime)
        runtime.summary()
    rows = (tmp_path / "ledger.jsonl").read_text()
    assert "Transcript" in rows
    assert "Question" not in rows


def test_without_it_recall_answers_and_says_why(tmp_path: Path, language: LanguageProcess) -> None:
    with started(tmp_path, language) as runtime:
        runtime.tell(language.state(), ChildDied(LANGUAGE_MODEL, "ended by SIGKILL"))
        runtime.say(HELLO, spoken(CAPITAL, 4))
        shown = runtime.until(Reply)
        notices = [message.text for message in shown if isinstance(message, Notice)]
        assert notices == ["the language model tiny is not running (ended by SIGKILL)"]
        assert shown[-1].source == "recall"  # type: ignore[union-attr]
