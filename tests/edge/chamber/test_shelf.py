"""What is handed out under a budget and without one, and whether it computes the same."""

import numpy as np
import pytest
from hearing import file, sound, whole

from edge import config
from edge.chamber.asr import Recogniser
from edge.chamber.lent import Lent
from edge.chamber.shelf import Shelf
from edge.chamber.voice import Voice
from edge.chamber.whisper import Rows

MIB = 1 << 20
TIGHT = 100 * MIB
MODEL = "whisper-tiny.en"


def recogniser(shelf: Shelf) -> Recogniser:
    file(MODEL, "tokens.json")  # skips where the model is absent
    return Recogniser.load(
        lambda name: shelf.take(MODEL, name),
        config.Recogniser(precision="int8"),
        embedding=Rows(shelf.keep(MODEL, "embedding.npy")),
    )


def test_without_a_budget_everybody_stays_and_nothing_is_told_of_it() -> None:
    file("ge2e", "voice.onnx")
    shelf = Shelf()
    Voice(shelf.take("ge2e", "voice.onnx")).warm_up()
    assert shelf.residents.names == {"ge2e/voice"}
    assert shelf.lending() == []


@pytest.mark.parametrize("budget", [0, TIGHT])
def test_a_graph_is_lent_and_other_files_are_read(budget: int) -> None:
    file("centernet", "labels.txt")
    shelf = Shelf(budget)
    assert isinstance(shelf.take("centernet", "detector.onnx"), Lent)
    assert isinstance(shelf.take("centernet", "labels.txt"), bytes)
    assert [model.name for model in shelf.models] == ["centernet"]


def test_provenance_is_the_same_with_a_budget_and_without() -> None:
    file("ge2e", "voice.onnx")
    models = []
    for shelf in (Shelf(), Shelf(TIGHT)):
        shelf.take("ge2e", "voice.onnx")
        models.append(shelf.models)
    assert models[0] == models[1]


def test_a_recogniser_that_shares_its_memory_hears_the_same_words() -> None:
    utterance = whole(sound("speech/1688-142285-0000.flac"))
    shelf = Shelf(TIGHT)
    shared, alone = recogniser(shelf), recogniser(Shelf())
    voice = Voice(shelf.take("ge2e", "voice.onnx"))
    shared.warm_up()
    voice.warm_up()
    assert shared.recognise(utterance).text == alone.recognise(utterance).text


def test_what_was_announced_is_in_memory_when_it_is_used() -> None:
    shelf = Shelf(TIGHT)
    recogniser(shelf)
    shelf.foresight.announce([name for name in shelf.residents.specs if MODEL in name])
    assert shelf.residents.names == set(shelf.residents.specs)


def test_a_lent_voice_is_the_same_voice() -> None:
    speech = sound("speech/1688-142285-0000.flac")
    voices = [Voice(shelf.take("ge2e", "voice.onnx")) for shelf in (Shelf(), Shelf(TIGHT))]
    assert np.array_equal(voices[0].embed(speech), voices[1].embed(speech))
