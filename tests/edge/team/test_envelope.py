import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.team import envelope
from edge.team.envelope import Letter, Unreadable, close, open_, public_key, reread

ANNA, BEN, EVE = (bytes([n]) * 32 for n in (1, 2, 3))
LETTER = Letter(1_700_000_000_000, "the van is at the north gate")


def test_a_member_reads_what_was_closed_for_it() -> None:
    closed = close(ANNA, public_key(BEN), LETTER)
    assert open_(BEN, public_key(ANNA), closed) == LETTER
    assert LETTER.text.encode() not in closed


def test_who_wrote_it_can_read_it_again() -> None:
    assert reread(ANNA, public_key(BEN), close(ANNA, public_key(BEN), LETTER)) == LETTER


@pytest.mark.parametrize(("who", "sender"), [(EVE, ANNA), (BEN, EVE), (ANNA, BEN)])
def test_nobody_else_reads_it_and_nobody_else_wrote_it(who: bytes, sender: bytes) -> None:
    closed = close(ANNA, public_key(BEN), LETTER)
    with pytest.raises(Unreadable):
        open_(who, public_key(sender), closed)


def test_every_changed_byte_is_noticed() -> None:
    closed = close(ANNA, public_key(BEN), LETTER)
    for place in range(len(closed)):
        changed = closed[:place] + bytes([closed[place] ^ 1]) + closed[place + 1 :]
        with pytest.raises(Unreadable):
            open_(BEN, public_key(ANNA), changed)


@given(st.binary(max_size=200))
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(Unreadable):
        open_(BEN, public_key(ANNA), garbage)


def test_what_is_too_long_is_refused_before_it_is_opened() -> None:
    with pytest.raises(Unreadable, match="form"):
        open_(BEN, public_key(ANNA), envelope.VERSION + os.urandom(envelope.MOST_BYTES))


def test_a_key_that_gives_everybody_the_same_secret_is_refused() -> None:
    with pytest.raises(Unreadable, match="none"):
        close(ANNA, bytes(32), LETTER)


def test_no_two_envelopes_of_a_letter_are_the_same() -> None:
    assert close(ANNA, public_key(BEN), LETTER) != close(ANNA, public_key(BEN), LETTER)
