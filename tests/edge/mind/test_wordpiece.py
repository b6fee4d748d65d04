"""Known numbers, made with Hugging Face's tokenizers 0.23.3 from the same vocabulary."""

import pytest

from edge.mind.wordpiece import MOST_PIECES, WordPiece
from models import manifest

KNOWN = {
    "Where did I leave my keys?": [101, 2073, 2106, 1045, 2681, 2026, 6309, 1029, 102],
    "Réveille-moi at 6:30, unbelievably!": [
        *(101, 7065, 24359, 2571, 1011, 25175, 2012, 1020, 1024, 2382, 1010, 4895, 8671, 2666),
        *(3567, 6321, 999, 102),
    ],
}


@pytest.fixture(scope="module")
def pieces(minilm: None) -> WordPiece:
    del minilm  # it is there
    return WordPiece(manifest.read("minilm", "vocab.txt").decode())


def encoded(pieces: WordPiece, text: str) -> list[int]:
    return pieces.framed([number for _, number in pieces.spelled(text)])


@pytest.mark.parametrize("text", KNOWN)
def test_pieces_are_numbered_as_the_model_learnt_them(pieces: WordPiece, text: str) -> None:
    assert encoded(pieces, text) == KNOWN[text]


def test_a_word_of_unknown_signs_is_one_unknown(pieces: WordPiece) -> None:
    assert encoded(pieces, "\N{SNOWMAN}x") == [101, 100, 1060, 102]


def test_a_long_text_is_cut_and_still_ended(pieces: WordPiece) -> None:
    numbers = encoded(pieces, "word " * 500)
    assert len(numbers) == MOST_PIECES
    assert numbers[-1] == 102
