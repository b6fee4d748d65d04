"""What the chamber keeps inside, and what it is told of its budget."""

import fcntl
import os
import select
from collections.abc import Iterator

import pytest

from edge import airlock
from edge.chamber import doors
from edge.chamber.doors import Exit
from edge.config import Airlock
from edge.messages import Ended, Leaves, Seen, SpeechStarted, TextLine, Transcript

LIMITS = Airlock(burst_bytes=1200, day_bytes=10_000)
SAID = Transcript("x" * 20, 0, 9000, 90, 0)


def sign(at_ms: int) -> Seen:
    return Seen(at_ms, (), (TextLine("EXIT", 90, (0, 0, 9, 9)),), 0, 0)


class Outside:
    """The reading end of an airlock."""

    def __init__(self) -> None:
        self.read_end, self.write_end = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        fcntl.fcntl(self.write_end, fcntl.F_SETPIPE_SZ, 1 << 20)

    def left(self) -> list[Leaves]:
        """Return what has left since it was asked last."""
        found = []
        while select.select([self.read_end], [], [], 0)[0]:
            found.append(airlock.decode_leaving(os.read(self.read_end, 4096)))
        return found


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    made = Outside()
    monkeypatch.setattr(doors, "AIRLOCK_FD", made.write_end)
    yield made
    os.close(made.read_end)
    os.close(made.write_end)


def test_much_at_once_thins_out_and_stays_within_the_burst(outside: Outside) -> None:
    exit_ = Exit(LIMITS)
    for at_ms in range(0, 2000, 2):
        exit_.leave(sign(at_ms))
    left = outside.left()
    spent_bytes = sum(len(airlock.encode(message)) for message in left)
    assert 0.8 * LIMITS.burst_bytes < spent_bytes <= 0.97 * LIMITS.burst_bytes
    assert exit_.withheld == 1000 - len(left)


def test_speech_still_passes_where_sights_do_not(outside: Outside) -> None:
    exit_ = Exit(LIMITS)
    for at_ms in range(0, 2000, 2):
        exit_.leave(sign(at_ms))
    outside.left()
    exit_.leave(sign(9000))
    exit_.leave(SAID)
    assert outside.left() == [SAID]


def test_past_the_day_only_speech_and_the_end_leave(outside: Outside) -> None:
    exit_ = Exit(LIMITS)
    exit_.allow(0)
    for message in (SpeechStarted(1), SAID, Seen(2, (), (), 0, 0), Ended(9000, 1, 1)):
        exit_.leave(message)
    assert outside.left() == [SAID, Ended(9000, 1, 1)]


def test_a_new_day_is_allowed_and_begins_anew(outside: Outside) -> None:
    exit_ = Exit(LIMITS)
    exit_.allow(0)
    exit_.allow(LIMITS.day_bytes)
    exit_.leave(SpeechStarted(1))
    assert outside.left() == [SpeechStarted(1)]


def test_a_file_s_day_ends_by_its_own_clock(outside: Outside) -> None:
    exit_ = Exit(LIMITS)
    exit_.allow(0)
    for stream_s in (86_399.0, 86_401.0):
        exit_.stream_s = stream_s
        exit_.leave(SpeechStarted(round(stream_s * 1000)))
    assert outside.left() == [SpeechStarted(86_401_000)]


def test_a_page_too_full_for_a_packet_leaves_without_its_last_lines(outside: Outside) -> None:
    lines = tuple(TextLine("字" * 100, 90, (0, 0, 9, 9)) for _ in range(12))
    Exit(Airlock()).leave(Seen(1, (), lines, 0, 0))
    (seen,) = outside.left()
    assert isinstance(seen, Seen)
    assert 3 < len(seen.lines) < 12
