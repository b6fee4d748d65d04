import pytest

from edge.recall.words import content, coverage, likeness, rarity, sentences, spellings, stem


@pytest.mark.parametrize(
    "forms",
    [
        "key keys key's",
        "leave left leaves leaving",
        "park parked parking parks",
        "stop stopped stopping",
        "party parties",
        "glass glasses",
        "move moved moving",
        "meet met meeting meetings",
        "child children",
        "ten 10",
    ],
)
def test_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({word for form in forms.split() for word in content(form)}) == 1


@pytest.mark.parametrize(("asked", "heard"), [("spare", "spear"), ("coat", "boat"), ("12", "13")])
def test_short_words_and_numbers_must_be_right(asked: str, heard: str) -> None:
    assert likeness(stem(asked), stem(heard)) == 0


@pytest.mark.parametrize(
    ("asked", "heard"),
    [("umbrella", "umbrela"), ("katherine", "catherine"), ("jon", "john"), ("medicine", "pills")],
)
def test_misspelled_and_related_words_are_alike(asked: str, heard: str) -> None:
    assert 0 < likeness(stem(asked), stem(heard)) < 1


def test_rare_words_weigh_more() -> None:
    corpus = [["blue", "bowl"], ["blue", "sky"], ["blue", "key"]]
    weights = rarity(["blue", "key"], corpus)
    assert weights["key"] > weights["blue"]
    assert coverage(weights, ["key"]) > coverage(weights, ["blue"])


def test_a_text_index_is_asked_for_all_forms() -> None:
    assert {"leave", "left", "leaves", "bike", "bicycle"} <= set(spellings("I leave my bike"))


def test_sentences_are_told_apart() -> None:
    assert sentences("One. Two? Three!  Four") == ["One.", "Two?", "Three!", "Four"]
