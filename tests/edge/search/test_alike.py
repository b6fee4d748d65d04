from edge.search.alike import alike
from edge.search.meaning import BYTES, Meaning
from edge.search.sought import Understood

SAME, OTHER = (1 << 384) - 1, int("f0" * BYTES, 16)


def test_each_note_is_compared_with_the_words_that_are_more_than_grammar() -> None:
    understood = Understood(Meaning(0, (SAME, SAME, OTHER)), ("where", "cars", "parked"))
    found = alike(understood, {7: SAME.to_bytes(BYTES)})
    assert found == {7: {"car": 1.0, "park": 0.0}}


def test_a_word_of_several_pieces_is_as_close_as_they_are_on_average() -> None:
    understood = Understood(Meaning(0, (SAME, OTHER)), ("preheat", "preheat"))
    assert alike(understood, {7: SAME.to_bytes(BYTES)}) == {7: {"preheat": 0.5}}


def test_without_a_mind_nothing_is_close() -> None:
    assert alike(None, {7: SAME.to_bytes(BYTES)}) == {}
