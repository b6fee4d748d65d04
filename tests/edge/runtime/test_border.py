import pytest

from edge import airlock, config
from edge.ledger import Leaving
from edge.messages import Hello, Model, Transcript
from edge.runtime.border import Border, Trust

HELLO = airlock.encode(Hello((Model("m", "0" * 16),)))
SAID = airlock.encode(Transcript("hello", 0, 1000, 90, 0))


def border(entered: list[Leaving] | None = None, *, rate: int = 64) -> Border:
    limits = config.Airlock(rate_bytes_s=rate, burst_bytes=100)
    return Border(limits, (entered if entered is not None else []).append)


def test_a_chamber_is_believed_once_it_has_introduced_itself() -> None:
    gate = border()
    assert gate.admit(SAID, 0) is None
    assert isinstance(gate.admit(HELLO, 0), Hello)
    assert isinstance(gate.admit(SAID, 0), Transcript)


def test_every_packet_is_entered_also_a_bad_one() -> None:
    entered: list[Leaving] = []
    gate = border(entered)
    gate.admit(HELLO, 0)
    with pytest.raises(airlock.Violation, match="not a message"):
        gate.admit(b"\xc1 secret", 0)
    assert gate.admit(SAID, 0) is None
    assert [row.what for row in entered] == ["Hello", "Violation", "Transcript"]
    assert entered[1].size_bytes == 8
    assert entered[1].text == ""


def test_a_burst_beyond_what_is_forgiven_is_a_violation() -> None:
    gate = border()
    gate.admit(HELLO, 0)
    for _ in range(11):
        gate.admit(SAID, 0)
    with pytest.raises(airlock.Violation, match="rate"):
        gate.admit(SAID, 0)
    assert gate.trust is Trust.REFUSED


def test_the_same_bytes_over_time_are_none() -> None:
    gate = border()
    gate.admit(HELLO, 0)
    for second in range(20):
        gate.admit(SAID, second)
    assert gate.trust is Trust.KNOWN


def test_the_next_chamber_begins_anew() -> None:
    gate = border()
    gate.admit(HELLO, 0)
    with pytest.raises(airlock.Violation):
        gate.admit(b"", 0)
    assert gate.admit(HELLO, 0) is None
    gate.expect_another()
    assert isinstance(gate.admit(HELLO, 0), Hello)


def test_what_a_liar_left_in_the_pipe_is_not_held_against_the_next_chamber() -> None:
    gate = border()
    gate.admit(HELLO, 0)
    with pytest.raises(airlock.Violation):
        gate.admit(b"", 0)
    gate.expect_another()
    for _ in range(100):
        assert gate.admit(SAID, 0) is None
    assert isinstance(gate.admit(HELLO, 0), Hello)
    assert isinstance(gate.admit(SAID, 0), Transcript)


def test_what_an_honest_chamber_left_in_the_pipe_is_still_taken() -> None:
    gate = border()
    gate.admit(HELLO, 0)
    gate.expect_another()
    assert isinstance(gate.admit(SAID, 0), Transcript)
