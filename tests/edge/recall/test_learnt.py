"""What a correction changes, and what is kept of it; pure."""

from edge.recall import meant
from edge.recall.asking import Kind
from edge.recall.learnt import FURTHEST, FURTHEST_MOVE, Learnt, learnt
from edge.recall.lesson import packed, unpacked

LIBRARY = "When does the library close?"


def taught(*texts: str, was_meant: bool) -> Learnt:
    found = [
        Learnt().lesson(text, Kind.WORLD, follows_reply=False, was_meant=was_meant)
        for text in texts
    ]
    return learnt(found)


def test_no_word_of_the_matter_is_kept() -> None:
    """What is kept of two sentences of one frame is the same, whatever they are about."""
    one, other = (
        Learnt().lesson(text, Kind.WORLD, follows_reply=False, was_meant=False).places
        for text in (LIBRARY, "When does the xylophone close?")
    )
    assert one == other
    assert unpacked(packed(one)) == one


def test_a_correction_moves_its_own_sentence_a_bounded_step() -> None:
    moved = taught(LIBRARY, was_meant=False).moves(LIBRARY, follows_reply=False)
    assert -FURTHEST_MOVE - 1e-6 <= moved < 0


def test_a_sentence_that_is_built_otherwise_hardly_moves() -> None:
    known = taught("Rate this outfit.", was_meant=True)
    own, other = (
        known.moves(text, follows_reply=False)
        for text in ("Rate this outfit.", "He said the train was late again, you know.")
    )
    assert abs(other) < own / 4


def test_what_is_called_meant_is_moved_no_further_than_it_needs() -> None:
    surely = "Set a timer for five minutes."
    assert meant.score(surely) > 2
    assert taught(surely, was_meant=True).moves(surely, follows_reply=False) == 0


def test_no_number_of_corrections_goes_further_than_allowed() -> None:
    known = taught(*[LIBRARY] * 50, was_meant=False)
    assert abs(known.moves(LIBRARY, follows_reply=False)) <= FURTHEST + 1e-6


def test_opposite_corrections_undo_each_other() -> None:
    there = Learnt().lesson(LIBRARY, Kind.WORLD, follows_reply=False, was_meant=False)
    after = learnt([there])
    back = after.lesson(LIBRARY, Kind.WORLD, follows_reply=False, was_meant=True)
    both = learnt([there, back])
    assert both.needs(Kind.WORLD) == 0
    moves = both.moves(LIBRARY, follows_reply=False)
    assert moves > after.moves(LIBRARY, follows_reply=False)
