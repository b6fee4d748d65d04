"""Whose words stand, and who is asked at all."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hearing import file, sound, whole

from edge import config, footprints
from edge.chamber import engines
from edge.chamber.asr import Recogniser, Recognition
from edge.chamber.opinions import Opinions
from edge.chamber.route import SURE, Request, Team
from edge.chamber.shelf import Shelf
from edge.chamber.spec import Refusal, Unusable
from edge.messages import Lot
from edge.signals import Utterance
from models import manifest

MIB = 1 << 20
SMALL, LARGE = ("small/encoder",), ("large/encoder",)
SAID = Utterance(np.zeros(16_000, np.float32), 0, 0, 16_000)


def recognition(text: str, confidence: float, *, rejected: bool = False) -> Recognition:
    return Recognition(text, confidence, 0.0, rejected, mel_us=1, encode_us=10, decode_us=100)


@dataclass
class Parrot:
    """Says one thing."""

    says: Recognition
    asked: int = 0
    expects: list[str] = field(default_factory=list)
    is_warm: bool = False

    def recognise(self, _: Utterance) -> Recognition:
        self.asked += 1
        return self.says

    def warm_up(self) -> None:
        self.is_warm = True

    def learn(self, words: list[str]) -> None:
        self.expects = words


class Broken(Parrot):
    """Gives no answer, as a specialist that hangs."""

    def recognise(self, _: Utterance) -> Recognition:
        raise Unusable(LARGE[0], Refusal(Lot.HUNG, "it did not answer in time"))

    def warm_up(self) -> None:
        self.recognise(SAID)


def go_between(request: Request) -> Team:
    if not request.tried:
        return SMALL
    return LARGE if request.tried == SMALL and request.confidence < SURE else ()


def opinions(
    small: Parrot, large: Parrot, who_answers: Callable[[Request], Team] = go_between
) -> Opinions:
    return Opinions((SMALL, small), (LARGE, large), who_answers)  # type: ignore[arg-type]


def test_a_sure_answer_stands_and_nobody_else_is_asked() -> None:
    small, large = Parrot(recognition("sure", 0.9)), Parrot(recognition("never", 1.0))
    assert opinions(small, large).recognise(SAID) is small.says
    assert large.asked == 0


def test_for_an_unsure_one_the_larger_is_asked_and_both_take_their_time() -> None:
    both = opinions(Parrot(recognition("unsure", 0.5)), Parrot(recognition("better", 0.8)))
    said = both.recognise(SAID)
    assert (said.text, said.is_second_opinion, said.decode_us) == ("better", True, 200)


def test_the_first_answer_stands_where_the_second_is_less_sure() -> None:
    both = opinions(Parrot(recognition("unsure", 0.5)), Parrot(recognition("worse", 0.4)))
    said = both.recognise(SAID)
    assert (said.text, said.is_second_opinion) == ("unsure", False)


def test_where_nothing_was_said_nobody_else_is_asked() -> None:
    small, large = Parrot(recognition("", 0.3, rejected=True)), Parrot(recognition("words", 0.9))
    assert opinions(small, large).recognise(SAID).rejected
    assert large.asked == 0


def test_the_same_two_opinions_are_the_same_object_as_at_the_pause() -> None:
    both = opinions(Parrot(recognition("unsure", 0.5)), Parrot(recognition("better", 0.8)))
    assert both.recognise(SAID) is both.recognise(SAID)


def test_who_is_in_memory_alone_is_asked_at_once_and_to_the_end_of_the_utterance() -> None:
    small, large = Parrot(recognition("small", 0.9)), Parrot(recognition("large", 0.8))
    turns = iter([LARGE, SMALL])
    both = opinions(small, large, lambda _: next(turns))
    assert [both.recognise(SAID).text for _ in range(2)] == ["large", "large"]
    assert small.asked == 0


@pytest.mark.parametrize("asked_first", [False, True])
def test_where_the_larger_gives_no_answer_the_smallers_words_stand(*, asked_first: bool) -> None:
    small, large = Parrot(recognition("unsure", 0.5)), Broken(recognition("never", 1.0))
    both = opinions(small, large, (lambda _: LARGE) if asked_first else go_between)
    assert both.recognise(SAID) is small.says


def test_one_that_cannot_warm_up_is_no_reason_not_to_hear() -> None:
    small, large = Parrot(recognition("", 0)), Broken(recognition("", 0))
    opinions(small, large).warm_up()
    assert small.is_warm


def test_names_are_expected_by_both() -> None:
    small, large = Parrot(recognition("", 0)), Parrot(recognition("", 0))
    opinions(small, large).learn(["Aoife"])
    assert small.expects == large.expects == ["Aoife"]


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Say that both recognisers were measured on this device, as their rows declare them."""
    file("whisper-base", "tokens.json")  # skips where the model is absent
    for folder in manifest.folder().iterdir():
        if folder.is_dir():
            (tmp_path / folder.name).symlink_to(folder)
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path))
    found = {}
    for model in ("whisper-tiny.en", "whisper-base"):
        row, receipt = manifest.row(model), manifest.receipt(model)
        assert receipt
        for each in row.files:
            if each.job and ".int8" in each.name:
                sizes = each.job.resident_bytes, each.job.loading_bytes, each.job.working_bytes
                sha256 = receipt.files[each.name][1]
                taken = footprints.Measured(sha256, *sizes, load_ms=50.0, run_ms=50.0)
                found[footprints.name_of(row, each)] = taken
    footprints.write(found)


@pytest.mark.usefixtures("measured")
def test_a_hard_sentence_brings_the_larger_model_into_the_budget() -> None:
    shelf = Shelf(200 * MIB)
    heard = engines.load(config.Recogniser(model="whisper-tiny.en"), shelf)
    assert isinstance(heard, Opinions)
    said = heard.recognise(whole(sound("speech/2033-164914-0007.flac")))
    assert said.is_second_opinion
    assert "improvised the two following" in said.text
    assert shelf.residents.accounts["whisper-base/decoder.int8"].loads == 1


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("budget_mb", [0, 100])
def test_without_a_budget_or_without_room_there_is_one_recogniser(budget_mb: int) -> None:
    shelf = Shelf(budget_mb * MIB)
    heard = engines.load(config.Recogniser(model="whisper-tiny.en"), shelf)
    assert isinstance(heard, Recogniser)


@pytest.mark.usefixtures("measured")
def test_without_one_that_never_answered_the_smaller_listens_alone() -> None:
    shelf = Shelf(200 * MIB, without=("whisper-base/decoder.int8",))
    heard = engines.load(config.Recogniser(model="whisper-tiny.en"), shelf)
    assert isinstance(heard, Recogniser)


@pytest.mark.usefixtures("measured")
def test_with_a_damaged_larger_model_the_smaller_listens_alone(tmp_path: Path) -> None:
    installed = (tmp_path / "whisper-base").resolve()
    (tmp_path / "whisper-base").unlink()
    shutil.copytree(installed, tmp_path / "whisper-base")
    (tmp_path / "whisper-base" / "tokens.json").write_bytes(b"[]")
    heard = engines.load(config.Recogniser(model="whisper-tiny.en"), Shelf(200 * MIB))
    assert isinstance(heard, Recogniser)
