"""What does "this" mean, where there are several things?"""

from edge.attention import attended, blocks
from edge.messages import Box, TextLine, Thing


def thing(label: str, box: Box) -> Thing:
    return Thing(label, 70, box)


def line(text: str, box: Box) -> TextLine:
    return TextLine(text, 95, box)


CUP = thing("cup", (100, 300, 300, 700))
CAT = thing("cat", (420, 300, 700, 700))
TABLE = thing("dining table", (0, 200, 1000, 1000))


def test_of_two_things_the_one_in_the_middle_is_meant() -> None:
    assert attended([CUP, CAT], []).thing == CAT


def test_the_one_in_front_is_meant_not_what_it_stands_on() -> None:
    assert attended([TABLE, CAT], []).thing == CAT


def test_where_nothing_is_what_is_nearest_is_meant() -> None:
    far = thing("book", (900, 0, 1000, 100))
    assert attended([far, CUP], []).thing == CUP


def test_a_wearer_who_looks_elsewhere_means_what_is_there() -> None:
    assert attended([CUP, CAT, TABLE], [], (200, 500)).thing == CUP


def test_where_there_is_nothing_nothing_is_meant() -> None:
    assert attended([], []) == (None, ())


SIGN = (
    line("HARBOUR BAKERY", (380, 400, 620, 450)),
    line("FRESH BREAD", (380, 470, 620, 520)),
    line("AT SEVEN", (380, 540, 500, 590)),
)
POSTER = line("CIRCUS", (20, 430, 180, 500))


def test_a_signs_lines_belong_together_and_another_sign_does_not() -> None:
    assert blocks([POSTER, *SIGN]) == [SIGN, (POSTER,)]
    assert attended([], [POSTER, *SIGN]).lines == SIGN
    assert attended([], [POSTER, *SIGN], (100, 460)).lines == (POSTER,)


def test_lines_far_below_one_another_are_two_blocks() -> None:
    footer = line("NO PARKING", (380, 900, 620, 950))
    assert blocks([*SIGN, footer]) == [SIGN, (footer,)]
