"""The real language process with a model of a few kilobytes, sealed as ever."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
import tiny_gguf
from language_process import LanguageProcess

from edge import seal
from edge.config import Config, Memory, Notes, Reasoner
from edge.launcher import births
from edge.mind import gguf
from edge.mind.language import MIB, share_mb, tokens_in_mind
from edge.reason.endpoint import EndpointFailed

QUESTION = "Now 10:00.\nQuestion: why is the sea calm?"


@pytest.fixture(scope="module")
def language(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageProcess]:
    with LanguageProcess(tmp_path_factory.mktemp("model")) as language:
        language.wait_until_there()
        yield language


async def said(language: LanguageProcess, text: str = QUESTION, most: int = 10_000) -> list[str]:
    words = []
    async with aclosing(language.asked_by_runtime().ask(text)) as answer:
        async for word in answer:
            words.append(word)
            if len(words) == most:
                break
    return words


def test_it_is_sealed_as_the_mind_is(language: LanguageProcess) -> None:
    assert language.sealed().level in {"A", "C"}


def test_it_listens_to_nobody(language: LanguageProcess) -> None:
    links = Path(f"/proc/{language.process.pid}/fd").iterdir()
    assert not [link for link in links if str(link.readlink()).startswith("socket:")]
    assert f"offrecord-{language.process.pid}" not in Path("/proc/net/unix").read_text()


def test_words_come_one_by_one(language: LanguageProcess) -> None:
    words = asyncio.run(said(language))
    assert len(words) > 1
    assert set("".join(words).split()) <= set(tiny_gguf.WORDS)


def test_the_same_question_has_the_same_answer(language: LanguageProcess) -> None:
    assert asyncio.run(said(language)) == asyncio.run(said(language))


def test_an_answer_that_nobody_wants_any_more_is_ended(language: LanguageProcess) -> None:
    async def twice() -> tuple[list[str], list[str]]:
        return await said(language, most=1), await said(language)

    first, second = asyncio.run(twice())
    assert len(first) == 1
    assert second == asyncio.run(said(language))


def test_a_text_that_is_longer_than_it_can_hold_has_no_answer(language: LanguageProcess) -> None:
    with pytest.raises(EndpointFailed, match="tiny had no answer"):
        asyncio.run(said(language, "the gull slept\n" * 800))
    assert asyncio.run(said(language))


def test_one_that_was_taught_to_answer_is_asked_by_its_template(tmp_path: Path) -> None:
    with LanguageProcess(tmp_path, template=tiny_gguf.TEMPLATE) as language:
        language.wait_until_there()
        assert set("".join(asyncio.run(said(language))).split()) <= set(tiny_gguf.WORDS)


def test_one_that_is_too_large_for_its_share_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with LanguageProcess(tmp_path, most_mb=64) as language:
        refusal = language.refusal()
    assert "the language model tiny.gguf needs" in refusal
    assert "67 MB of [memory] budget_mb are for it; take a smaller one" in refusal
    assert refusal.count("\n") == 1


def test_half_a_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    whole = tiny_gguf.write(tmp_path / "whole.gguf").read_bytes()
    half = tmp_path / "half.gguf"
    half.write_bytes(whole[: len(whole) // 2])
    with LanguageProcess(tmp_path, weights=half) as language:
        refusal = language.refusal()
    assert refusal.splitlines()[-1].endswith("llama.cpp cannot load it (llama); is it whole?")


def test_its_peak_is_what_its_head_foretold(language: LanguageProcess) -> None:
    status = Path(f"/proc/{language.process.pid}/status").read_text()
    peak_bytes = int(status.partition("VmHWM:")[2].split()[0]) << 10
    assert peak_bytes <= gguf.read(language.weights).needed_bytes(tokens_in_mind(400))


def test_its_memory_is_back_when_it_has_ended(tmp_path: Path) -> None:
    with LanguageProcess(tmp_path) as language:
        language.wait_until_there()
        status = Path(f"/proc/{language.process.pid}/status")
        language.process.kill()
        language.process.wait()
        assert not status.exists()
        assert seal.inspect(language.process.pid, "mind").problems


def with_budget(weights: Path, budget_mb: int) -> Config:
    return Config(
        reasoner=(Reasoner(url=str(weights)),),
        memory=Memory(budget_mb=budget_mb),
        notes=Notes(meaning=False),
    )


def test_its_share_of_the_budget_is_what_its_head_foretells(tmp_path: Path) -> None:
    weights = tiny_gguf.write(tmp_path / "tiny.gguf")
    needed_bytes = gguf.read(weights).needed_bytes(tokens_in_mind(Config().context.tokens))
    assert share_mb(with_budget(weights, 512)) == -(-needed_bytes // MIB)


def test_where_it_does_not_fit_hearing_keeps_everything(tmp_path: Path) -> None:
    settings = with_budget(tiny_gguf.write(tmp_path / "tiny.gguf"), 200)
    assert births.divided(settings).chamber_mb == 200
    assert births.language_room_mb(settings) < share_mb(settings)


def test_without_a_budget_it_has_what_is_free(tmp_path: Path) -> None:
    assert births.language_room_mb(with_budget(tiny_gguf.write(tmp_path / "t.gguf"), 0)) == 0


def test_what_is_no_model_takes_no_share(tmp_path: Path) -> None:
    assert share_mb(with_budget(tmp_path / "absent.gguf", 512)) == 0


def test_hearing_and_seeing_have_what_is_left(tmp_path: Path) -> None:
    settings = with_budget(tiny_gguf.write(tmp_path / "tiny.gguf"), 512)
    shares = births.divided(settings)
    assert shares.chamber_mb == 512 - shares.mind_mb - share_mb(settings)
