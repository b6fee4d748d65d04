"""What a xiaozhi device shows and plays of an answer, and how soon it is silent. Real Opus."""

import math
from array import array

import pytest

pytest.importorskip("opuslib_next", reason="UNCHECKED: pip install offrecord[wearables]")

from edge.voice import worn
from firmware_bridge import xiaozhi, xiaozhi_answer, xiaozhi_frames
from firmware_bridge.links import VOICE_HZ
from firmware_bridge.session import Quiet
from firmware_bridge.xiaozhi_answer import FRAME_BYTES
from firmware_bridge.xiaozhi_camera import Camera
from firmware_bridge.xiaozhi_emulator import PLAYS_HZ, Device

TONE = array("h", [round(9000 * math.sin(n * 0.1)) for n in range(VOICE_HZ)]).tobytes()
PIECE_BYTES = 960
"""20 ms, as the voice says it."""


class Connected:
    """A device and what it is told; `tell` is the way between."""

    def __init__(self, version: int = 1) -> None:
        self.device = Device(version)
        self.session = xiaozhi.Session("7", Camera("http://box/photo", lambda: "t"))
        list(self.session.say(self.device.hello(), 0))
        self.tell()

    def tell(self) -> None:
        replies, self.session.replies = self.session.replies, []
        for reply in replies:
            if isinstance(reply, bytes):
                self.device.play(reply)
            else:
                self.device.hear(reply)

    def play(self, samples: bytes) -> None:
        for at in range(0, len(samples), PIECE_BYTES):
            self.session.play(samples[at : at + PIECE_BYTES])
            self.tell()


def test_an_answer_that_is_not_spoken_is_shown_whole_and_it_listens_on() -> None:
    connected = Connected()
    connected.session.answer("In the blue bowl.", goes_on=False)
    connected.tell()
    device = connected.device
    assert (device.said, device.times_spoken_to, device.is_spoken_to) == (
        ["In the blue bowl."],
        1,
        False,
    )


@pytest.mark.parametrize("version", xiaozhi_frames.VERSIONS)
def test_a_voice_is_played_whole_between_start_and_stop(version: int) -> None:
    connected = Connected(version)
    connected.play(TONE[:PIECE_BYTES])  # its sound may come before its words
    connected.session.answer("One.", goes_on=True)
    connected.play(TONE[PIECE_BYTES:])
    connected.session.answer("Two.", goes_on=True)
    connected.play(TONE)
    connected.session.answer("", goes_on=False)
    connected.tell()
    device = connected.device
    assert (device.said, device.times_spoken_to, device.is_spoken_to) == (
        ["One.", "Two."],
        1,
        False,
    )
    assert (len(device.played), device.dropped) == (-(-2 * len(TONE) // FRAME_BYTES) * 2880, 0)
    heard, said = (array("h", sound)[6000:24000] for sound in (device.played, TONE))
    loud = [math.sqrt(sum(sample**2 for sample in sound)) for sound in (heard, said)]
    assert loud[0] == pytest.approx(loud[1], rel=0.2)


def test_abort_is_silent_at_once_and_the_next_answer_is_heard() -> None:
    connected = Connected()
    session, device = connected.session, connected.device
    connected.play(TONE[: 4 * FRAME_BYTES])
    played = len(device.played)
    session.play(TONE[: 4 * FRAME_BYTES])  # waits to be sent when the wearer has heard enough
    assert list(session.say(device.abort(), 0)) == [Quiet()]
    connected.tell()
    connected.play(TONE)
    session.answer("What it was about to say.", goes_on=True)
    connected.tell()
    assert (len(device.played), device.dropped, device.is_spoken_to) == (played, 0, False)
    session.answer("", goes_on=False, was_cut=True)
    session.answer("The next.", goes_on=True)
    connected.play(TONE)
    assert device.said == ["The next."]
    assert len(device.played) > played


def test_an_abort_while_nothing_is_said_hushes_no_later_answer() -> None:
    connected = Connected()
    list(connected.session.say(connected.device.abort(), 0))
    connected.session.answer("Here.", goes_on=False)
    connected.tell()
    assert connected.device.said == ["Here."]


def test_what_is_cut_drops_the_sound_that_waits() -> None:
    connected = Connected()
    connected.play(TONE[:FRAME_BYTES])
    played = len(connected.device.played)
    connected.session.play(TONE)
    connected.session.answer("", goes_on=False, was_cut=True)
    connected.tell()
    assert (len(connected.device.played), connected.device.dropped) == (played, 0)


def test_a_device_that_reads_nothing_costs_a_second_of_sound() -> None:
    session = Connected().session
    for _ in range(100):
        session.play(TONE)
        session.answer("x" * 800, goes_on=True)
    assert sum(isinstance(each, bytes) for each in session.replies) == xiaozhi.MOST_SOUND
    assert len(session.replies) <= xiaozhi.MOST_REPLIES + xiaozhi.MOST_SOUND


def test_an_answer_that_stays_away_is_over_and_one_that_comes_is_not() -> None:
    connected = Connected()
    session, device = connected.session, connected.device
    for _ in range(3):
        connected.play(TONE[:PIECE_BYTES])
        session.renew(0)
        connected.tell()
        assert device.is_spoken_to
    session.renew(0)
    connected.tell()
    assert (device.is_spoken_to, device.times_spoken_to) == (False, 1)


def test_before_its_hello_nothing_is_told() -> None:
    session = xiaozhi.Session("7", Camera("http://box/photo", lambda: "t"))
    session.answer("secret", goes_on=False)
    session.play(TONE)
    assert session.replies == []


def test_voice_link_and_device_agree_on_a_rate() -> None:
    assert worn.RATE_HZ == VOICE_HZ == PLAYS_HZ
    assert 2 * worn.WHOLE_SAMPLES == xiaozhi_answer.FRAME_BYTES
