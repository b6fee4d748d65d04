"""The runtime's side of a language model on this device, with a real one at the other end."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from language_process import LanguageProcess

from edge.config import Reasoner
from edge.messages import LANGUAGE_MODEL, ChildDied
from edge.reason.local_model import LocalModel
from edge.reason.parts import EndpointFailed


@pytest.fixture
def language(tmp_path: Path) -> Iterator[LanguageProcess]:
    with LanguageProcess(tmp_path) as language:
        language.wait_until_there()
        yield language


async def answer(model: LocalModel) -> str:
    return "".join([word async for word in model.ask("Why?")])


def refusal(ask: Callable[[], Awaitable[object]]) -> str:
    async def asked() -> str:
        with pytest.raises(EndpointFailed) as refused:
            await ask()
        return str(refused.value)

    return asyncio.run(asked())


def test_it_is_named_like_its_file(language: LanguageProcess) -> None:
    assert language.asked_by_runtime().name == "tiny"


def test_one_that_does_not_come_says_so_after_the_deadline() -> None:
    asks, answers = os.pipe(), os.pipe()
    settings = Reasoner(url="small.gguf", timeout_s=0.1)
    model = LocalModel(settings, (asks[1], answers[0]), lambda _: None)
    assert refusal(lambda: answer(model)) == "the language model small is still being loaded"
    for descriptor in (*asks, *answers):
        os.close(descriptor)


def test_one_that_hangs_is_named_so_that_the_launcher_ends_it(language: LanguageProcess) -> None:
    shown: list[ChildDied] = []
    model = language.asked_by_runtime(shown, timeout_s=0.2)
    language.process.send_signal(signal.SIGSTOP)
    assert "did not answer for 0.2 s ([reasoner] timeout_s)" in refusal(lambda: answer(model))
    assert [died.process for died in shown] == [LANGUAGE_MODEL]
    model.told(ChildDied(LANGUAGE_MODEL, "ended"))  # by the launcher, which starts another
    assert refusal(lambda: answer(model)) == "the language model tiny is being started again"


def test_a_death_is_told_without_waiting_for_the_deadline(language: LanguageProcess) -> None:
    model = language.asked_by_runtime(timeout_s=600)
    language.process.send_signal(signal.SIGSTOP)

    async def killed() -> None:
        asking = asyncio.create_task(answer(model))
        await asyncio.sleep(0)
        model.told(ChildDied(LANGUAGE_MODEL, "ended by SIGKILL"))
        await asyncio.wait_for(asking, 60)

    assert refusal(killed) == "the language model tiny is not running (ended by SIGKILL)"


def test_one_that_is_being_loaded_is_waited_for(language: LanguageProcess) -> None:
    model = language.asked_by_runtime(is_there=False)

    async def loaded() -> str:
        asking = asyncio.create_task(answer(model))
        await asyncio.sleep(0)
        model.told(language.state())
        return await asking

    assert asyncio.run(loaded())


def test_when_it_is_back_it_answers(language: LanguageProcess) -> None:
    model = language.asked_by_runtime()
    model.told(ChildDied(LANGUAGE_MODEL, "ended"))
    assert "is not running" in refusal(lambda: answer(model))
    model.told(language.state())
    assert asyncio.run(answer(model))
