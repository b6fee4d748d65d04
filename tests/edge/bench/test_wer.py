from pathlib import Path

import pytest

import models.manifest
from edge.bench.wer import CannotNormalise, Normaliser, distance, is_runaway, load_normaliser, score


@pytest.fixture(scope="module")
def normalise() -> Normaliser:
    folder = models.manifest.folder() / "whisper-normaliser"
    if not folder.is_dir():
        pytest.skip("the whisper-normaliser model is not fetched")
    return load_normaliser(folder)


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("", "", 0),
        ("a b c", "a b c", 0),
        ("a b c", "", 3),
        ("", "a b", 2),
        ("a b c", "a x c", 1),
        ("a b c", "b c", 1),
        ("a b c d", "x a b d", 2),
    ],
)
def test_distance_counts_the_fewest_changes(said: str, heard: str, errors: int) -> None:
    assert distance(said.split(), heard.split()) == errors


def test_a_text_far_longer_than_what_was_said_is_a_runaway() -> None:
    assert not is_runaway(said_words=10, heard_words=20)
    assert is_runaway(said_words=10, heard_words=21)


def test_scores_add_up_over_utterances() -> None:
    found = score([("one two", "one two"), ("three four", "three"), ("x", "x " * 7)], str)
    assert (found.errors, found.words, found.runaway) == (7, 5, 1)
    assert found.wer == 7 / 5


def test_no_references_have_no_errors() -> None:
    assert score([], str).wer == 0.0


def test_spelling_and_case_are_not_errors(normalise: Normaliser) -> None:
    pairs = [("mister hale has twenty five colours", "Mr. Hale has 25 colors.")]
    assert score(pairs, normalise).errors == 0


def test_an_absent_normaliser_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(CannotNormalise, match="models fetch whisper-normaliser"):
        load_normaliser(tmp_path)
