"""Wishes and words share a pipe: neither is taken for the other, wherever the bytes are cut."""

import pytest

from edge.bridge.told import MOST_LINE_BYTES, Told, line
from edge.capture.wishes import GO, PICTURE_NOW, SELDOM
from edge.messages import ReturnAnswer, ReturnWords

WORDS = ReturnWords('He said: "Go [s]lowly"\nGps', 10, 900, is_other=True)
ANSWER = ReturnAnswer("[s]lowly\n", goes_on=True)
PIPE = GO + line(WORDS) + PICTURE_NOW + SELDOM + line(ANSWER)


@pytest.mark.parametrize("size", [1, 2, 7, len(PIPE)])
def test_words_are_never_wishes_and_wishes_never_words(size: int) -> None:
    told = Told()
    found = [each for at in range(0, len(PIPE), size) for each in told.feed(PIPE[at : at + size])]
    assert [each for each in found if not isinstance(each, bytes)] == [WORDS, ANSWER]
    assert b"".join(each for each in found if isinstance(each, bytes)) == b"Gps"


def test_words_that_a_pipe_would_not_take_whole_are_left_out() -> None:
    assert line(ReturnWords("\x01" * 799, 0, 1, is_other=False)) == b""
    assert len(line(ReturnWords("ж" * 800, 0, 1, is_other=False))) <= MOST_LINE_BYTES
