"""Pieces become a photo if all come in order; else the photo is given up, once."""

from firmware_bridge.bodies import PhotoPart
from firmware_bridge.parts import Parts

JPEG = b"\xff\xd8 a picture of a cup"
PIECES = [PhotoPart(len(JPEG), n, JPEG[n : n + 5]) for n in range(0, len(JPEG), 5)]


def test_pieces_in_order_are_a_photo() -> None:
    parts = Parts()
    assert [parts.take(piece, 7) for piece in PIECES] == [None] * (len(PIECES) - 1) + [JPEG]


def test_a_missing_piece_ends_it_once_and_the_next_photo_is_whole() -> None:
    parts = Parts()
    taken = [parts.take(piece, 7) for piece in [*PIECES[:1], *PIECES[2:]]]
    assert taken == [None, b"", *[None] * (len(PIECES) - 3)]
    assert [parts.take(piece, 8) for piece in PIECES][-1] == JPEG


def test_a_piece_of_another_photo_does_not_fit() -> None:
    parts = Parts()
    parts.take(PIECES[0], 7)
    assert parts.take(PIECES[1], 8) == b""
    assert parts.take(PIECES[1], 7) is None


def test_a_new_photo_takes_the_place_of_one_that_was_cut_off() -> None:
    parts = Parts()
    parts.take(PIECES[0], 7)
    assert [parts.take(piece, 9) for piece in PIECES][-1] == JPEG
