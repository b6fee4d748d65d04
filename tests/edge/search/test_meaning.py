import base64

from edge.search.meaning import BITS, BYTES, closeness, from_code, unpacked

ALL = (1 << BITS) - 1


def test_a_meaning_is_as_close_to_itself_as_can_be_and_to_its_opposite_as_far() -> None:
    assert closeness([0, ALL], [0]) == [1.0, -1.0]


def test_of_several_the_closest_counts() -> None:
    half = (1 << BITS // 2) - 1
    assert closeness([0], [ALL, half, 0b111]) == [1 - 6 / BITS]


def test_a_note_without_words_is_close_to_nothing() -> None:
    assert closeness([5], []) == [0.0]


def test_what_the_mind_sends_is_unpacked_as_it_was() -> None:
    vectors = bytes(range(BYTES)) * 3
    whole, pieces = from_code(base64.b64encode(vectors).decode())
    assert len(unpacked(whole)) == 1
    assert unpacked(pieces) == unpacked(whole) * 2
