from edge.evidence import Note
from edge.search.meaning import Meaning
from edge.search.sought import MOST_PIECES, Understood, gist, person, rarity, spoken, terms, weights

ANNA = Note("said", "I am off.", 0, 0.0, who="Anna Berg")
BEN = Note("said", "So am I.", 0, 0.0, who="Ben")
WEARER = Note("said", "Bye.", 0, 0.0, who="wearer")


def test_grammar_is_not_searched_for() -> None:
    assert list(terms("Where is the key to the cellar?")) == ["key", "cellar"]


def test_a_rare_word_weighs_more_and_all_weigh_one_together() -> None:
    rarities = {"cellar": rarity(1000, 1), "day": rarity(1000, 200)}
    the, cellar, day = weights(["the", "cellar", "day"], rarities)
    assert the < day < cellar
    assert abs(the + cellar + day - 1) < 1e-9


def test_one_person_who_spoke_and_is_named_is_asked_about() -> None:
    people = (ANNA, BEN, WEARER)
    assert person("What did Anna say?", people) == "Anna Berg"
    assert person("What did Anna and Ben say?", people) == ""
    assert person("What did the wearer say?", people) == ""


def test_a_name_is_compared_with_the_words_and_a_role_is_not() -> None:
    assert spoken(ANNA) == "Anna Berg: I am off."
    assert spoken(WEARER) == "Bye."


def test_of_a_very_long_question_the_rare_words_are_kept_in_their_order() -> None:
    words = (*["the"] * MOST_PIECES, "cellar", "the", "key")
    asked = Understood(Meaning(0, tuple(range(len(words)))), words)
    kept = gist(asked, {"cellar": 5.0, "key": 4.0})
    assert len(kept.words) == MOST_PIECES
    assert kept.words[-2:] == ("cellar", "key") or kept.words[-3:] == ("cellar", "the", "key")
    assert [words[piece] for piece in kept.meaning.pieces] == list(kept.words)
