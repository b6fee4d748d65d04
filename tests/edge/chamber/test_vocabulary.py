"""Names that the recogniser is told to expect: on real speech, and on a decoder of a few pieces."""

import numpy as np
import pytest
from hearing import recogniser, sound, whole

from edge import config
from edge.chamber.asr import Recogniser
from edge.chamber.vocabulary import Encoder, Names

PIECES = [
    *(bytes([byte]) for byte in range(97, 123)),
    b" ",
    b" a",
    b" an",
    b" ann",
    b" and",
    b" is",
]


class Spelling:
    """A vocabulary of a few pieces."""

    end = len(PIECES)

    def spell(self, tokens: list[int]) -> str:
        return b"".join(PIECES[token] for token in tokens if token < self.end).decode()


ENCODE = Encoder(PIECES)
ANN = PIECES.index(b" ann")


def logits(**likely: float) -> np.ndarray:
    """Return the logarithms of probabilities; what is not named has hardly any."""
    row = np.full(len(PIECES) + 1, -30.0, np.float32)
    for piece, probability in likely.items():
        row[PIECES.index(f" {piece}".encode())] = np.log(probability)
    return row


def test_a_word_is_cut_as_its_pairs_are_merged() -> None:
    assert [PIECES[token] for token in ENCODE(" anna")] == [b" ann", b"a"]


def test_a_name_that_is_near_is_taken() -> None:
    names = Names(["ann"], Spelling(), ENCODE)
    found = names.instead(
        [], logits(**{"and": 0.8, "is": 0.19, "ann": 0.01}), lambda _: logits(**{"is": 1.0})
    )
    assert found
    assert found.tokens == (ANN,)


def test_a_name_is_not_taken_where_another_word_is_sure_or_it_is_far() -> None:
    names = Names(["ann"], Spelling(), ENCODE)
    after = lambda _: logits(**{"is": 1.0})  # noqa: E731 (a decoder in a line)
    assert names.instead([], logits(**{"and": 0.95, "ann": 0.05}), after) is None
    assert names.instead([], logits(**{"and": 0.8, "is": 0.2, "ann": 1e-5}), after) is None


def test_half_a_word_is_no_name() -> None:
    names = Names(["ann"], Spelling(), ENCODE)
    goes_on = np.full(len(PIECES) + 1, -30.0, np.float32)
    goes_on[0] = 0.0  # an "a": it will be "anna"
    assert (
        names.instead([], logits(**{"and": 0.8, "is": 0.1, "ann": 0.1}), lambda _: goes_on) is None
    )


def test_without_names_nothing_is_asked() -> None:
    assert not Names([], Spelling(), ENCODE)
    assert not Names(["  "], Spelling(), ENCODE)


@pytest.fixture(scope="module")
def tiny() -> Recogniser:
    return recogniser(config.Recogniser())


def test_whisper_s_own_pieces_are_found_again(tiny: Recogniser) -> None:
    vocabulary = tiny._whisper.vocabulary
    tokens = Encoder(vocabulary.pieces())(" Margaret Thornton met Nkechi")
    assert vocabulary.spell(tokens) == " Margaret Thornton met Nkechi"
    assert len(tokens) == 6


def test_a_rare_name_is_heard_once_it_is_expected(tiny: Recogniser) -> None:
    clip = whole(sound("speech/1688-142285-0005.flac"))
    assert "Helstone" not in tiny.recognise(clip).text
    tiny.learn(["Helstone", "Aoife"])
    assert "Helstone" in tiny.recognise(clip).text
    tiny.learn([])
    assert "Helstone" not in tiny.recognise(clip).text
