"""The linear layer and what a correction may do to it; no model."""

import tomllib

import numpy as np
import pytest

from edge.mind import train
from edge.mind.head import FILE, FURTHEST, FURTHEST_MOVE, Head, features
from edge.mind.train import examples, learn
from edge.recall.forms import NAMES, forms

NOWHERE = np.zeros(384, np.float32)


def direction(seed: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    found = np.random.default_rng(seed).normal(size=384).astype(np.float32)
    return found / np.linalg.norm(found)


@pytest.fixture
def head() -> Head:
    return Head(FILE.read_text("utf-8"))


def test_the_weights_are_of_the_forms_that_are_looked_at() -> None:
    other = FILE.read_text("utf-8").replace('"question mark"', '"exclamation of doubt"')
    with pytest.raises(ValueError, match=r"edge\.mind\.train"):
        Head(other)


def test_a_form_is_seen_through_hesitation() -> None:
    found = dict(zip(NAMES, forms("Um, where did I, where did I put it?"), strict=True))
    assert found["question word first"]
    assert found["what did I"]


def test_a_correction_moves_its_own_sentence_a_bounded_step(head: Head) -> None:
    seen = features(direction(1), "Where are my keys?", after=False)
    before = head.score(seen)
    head.correct(seen, was_meant=False)
    assert -FURTHEST_MOVE <= head.score(seen) - before < 0
    assert head.learnt_score(seen) == pytest.approx(head.score(seen) - before)


def test_another_sentence_hardly_moves(head: Head) -> None:
    told = features(direction(1), "The train was late.", after=False)
    other = features(direction(2), "Where are my keys?", after=False)
    head.correct(told, was_meant=True)
    assert abs(head.learnt_score(other)) < head.learnt_score(told) / 5


def test_no_number_of_corrections_goes_further_than_allowed(head: Head) -> None:
    for seed in range(200):
        head.correct(features(direction(seed), "Go.", after=False), was_meant=True)
    assert np.linalg.norm(np.array(head.steps) / 1e6) <= FURTHEST * 1.001


def test_what_was_learnt_can_be_kept_and_taken_up_again(head: Head) -> None:
    seen = features(direction(1), "Where are my keys?", after=False)
    head.correct(seen, was_meant=False)
    again = Head(FILE.read_text("utf-8"))
    assert again.adopt(head.steps)
    assert again.learnt_score(seen) == pytest.approx(head.learnt_score(seen), abs=1e-3)


def test_steps_of_other_weights_are_forgotten(head: Head) -> None:
    assert not head.adopt((1, 2, 3))
    assert set(head.steps) == {0}


def test_learning_finds_what_tells_two_kinds_apart() -> None:
    chance = np.random.default_rng(0)
    wanted = np.repeat([0.0, 1.0], 50)
    seen = np.column_stack([chance.normal(size=100) + 4 * wanted, np.ones(100)])
    weights = learn(seen, wanted, np.ones(100))
    assert ((seen @ weights > 0) == (wanted > 0)).mean() > 0.9


def test_no_sentence_is_both_learnt_and_measured_with() -> None:
    learnt = {each.text.lower() for each in examples(held_out=False)}
    measured = {each.text.lower() for each in examples(held_out=True)}
    assert not learnt & measured


@pytest.mark.long
def test_the_weights_that_ship_are_those_that_are_learnt() -> None:
    again, shipped = tomllib.loads(train.made()), tomllib.loads(FILE.read_text("utf-8"))
    assert again["forms"] == pytest.approx(shipped["forms"], abs=0.02)
    assert again["meaning"] == pytest.approx(shipped["meaning"], abs=0.02)
