"""Nothing comes in before a right hello; what comes has a moment on our clock."""

import pytest

from firmware_bridge import adpcm, frames, session
from firmware_bridge.adpcm import Packer
from firmware_bridge.emulator import Faults, Firmware, Way
from firmware_bridge.frames import HEADER, BadFrame, Gaze, Mute
from firmware_bridge.hpke import Receiver, Sender, public_of
from firmware_bridge.session import Closed, Heard, Pictured, Session

TOKEN = bytes(range(32))
TAKEN = 320 * bytes(2)


def connected(now: int = 100_000) -> tuple[Session, Firmware]:
    bridge, board = Session(TOKEN), Firmware(TOKEN)
    assert list(bridge.feed(board.hello(), now)) == []
    exchange(bridge, board, now)
    return bridge, board


def exchange(bridge: Session, board: Firmware, now: int) -> None:
    while bridge.replies:
        replies, bridge.replies = bridge.replies, []
        for reply in replies:
            for answer in board.hear(reply):
                assert list(bridge.feed(answer, now)) == []


def test_nobody_is_heard_before_a_right_hello() -> None:
    for first in (Firmware(bytes(32)).hello(), frames.encode(Mute(), sequence=0, at=0)):
        bridge = Session(TOKEN)
        with pytest.raises(BadFrame, match=r"paired|hello"):
            list(bridge.feed(first, 0))
        assert bridge.hello is None


def test_sound_has_its_moment_whenever_it_arrives() -> None:
    bridge, board = connected(now=100_000)
    first = board.sound(TAKEN, 0)
    later = board.sound(TAKEN, 320)
    assert first
    assert later
    assert list(bridge.feed(first, 100_320)) == [Heard(TAKEN, 100_000)]
    assert list(bridge.feed(later, 140_000)) == [Heard(TAKEN, 100_320)]


def test_a_clock_that_jumps_is_laid_on_ours_again() -> None:
    bridge, board = connected(now=100_000)
    (far,) = bridge.feed(board.sound(TAKEN, 1 << 40) or b"", 132_000)
    assert far == Heard(TAKEN, 132_000 - 320)
    (on,) = bridge.feed(board.sound(TAKEN, (1 << 40) + 320) or b"", 132_320)
    assert on == Heard(TAKEN, 132_000)
    (past,) = bridge.feed(board.sound(TAKEN, 0) or b"", 700_000)
    assert past == Heard(TAKEN, 700_000 - 320)


def test_a_clock_that_stood_still_is_noticed_when_it_is_asked() -> None:
    bridge, board = connected(now=100_000)
    bridge.ask_time(180_000)
    exchange(bridge, board, 180_100)
    (heard,) = bridge.feed(board.sound(TAKEN, 0) or b"", 180_420)
    assert isinstance(heard, Heard)
    assert abs(heard.start - 180_050) <= 1


def test_credit_comes_back_as_it_is_spent() -> None:
    bridge, board = connected()
    for n in range(500):
        made = board.sound(TAKEN, 320 * n)
        assert made
        list(bridge.feed(made, 100_000 + 320 * n))
        exchange(bridge, board, 100_000 + 320 * n)
    assert board.left_out == bridge.order.lost == 0


def test_without_credit_frames_are_left_out_and_counted() -> None:
    bridge, board = connected()
    for n in range(60):
        if made := board.sound(TAKEN, 320 * n):
            list(bridge.feed(made, 100_000 + 320 * n))
    exchange(bridge, board, 120_000)
    list(bridge.feed(board.sound(TAKEN, 320 * 60) or b"", 120_000))
    assert board.left_out == bridge.order.lost == 60 - session.SOUNDS_AHEAD


def test_a_photo_is_wanted_one_at_a_time() -> None:
    bridge, board = connected()
    (photo,) = board.photo(b"\xff\xd8 one", 10)
    assert not list(board.photo(b"\xff\xd8 two", 20))
    assert list(bridge.feed(photo, 100_100)) == [Pictured(b"\xff\xd8 one", 100_010)]
    bridge.photo_done(100_200)
    exchange(bridge, board, 100_200)
    assert list(board.photo(b"\xff\xd8 three", 30))


def test_gaze_and_mute_are_told_and_a_second_hello_is_not() -> None:
    bridge, board = connected()
    assert list(bridge.feed(board.frame(Gaze((1, 2))), 100_000)) == [Gaze((1, 2))]
    assert list(bridge.feed(board.frame(Mute()), 100_000)) == [Mute()]
    with pytest.raises(BadFrame, match="hello"):
        list(bridge.feed(board.hello(), 100_000))


def test_faults_of_the_way_are_counted_exactly() -> None:
    bridge, board = connected()
    way, arrived = Way(Faults(lost=0.05, twice=0.03, late=0.02)), list[bytes]()
    for n in range(2000):
        board.sounds = 10
        arrived += way.send(board.sound(TAKEN, 320 * n) or b"")
    arrived += way.rest()
    heard = sum(bool(list(bridge.feed(frame, 400_000))) for frame in arrived)
    numbers = [HEADER.unpack_from(frame)[4] for frame in arrived]
    firsts = list(dict.fromkeys(numbers))
    late = sum(number < max(firsts[:place], default=0) for place, number in enumerate(firsts))
    order = bridge.order
    assert (order.lost, order.late, order.twice) == (way.lost, late, way.twice)
    assert heard == len(firsts) == 2000 - way.lost
    assert min(way.lost, late, way.twice) > 20


def test_a_little_that_is_missing_is_made_up_ever_softer_and_more_is_a_hole() -> None:
    bridge, board = connected(now=100_000)
    loud = b"\x00\x40" * 320
    for at, made_up in ((0, 0), (320, 0), (960, 320), (1280 + 1600, 1600), (3200 + 1920, 0)):
        brought = list(bridge.feed(board.sound(loud, at) or b"", 100_000 + at + 320))
        assert brought[-1] == Heard(loud, 100_000 + at)
        softer = b"".join(each.samples for each in brought[:-1] if isinstance(each, Heard))
        assert len(softer) == 2 * made_up
        assert softer[:640] == (b"\x00\x20" * 320)[: len(softer)]
        assert softer.endswith(b"\x00\x02" * 320) == (made_up == 1600)


def test_credit_that_was_lost_is_given_again_and_never_piles_up() -> None:
    bridge, board = connected()
    for n in range(session.SOUNDS_AHEAD):
        assert board.sound(TAKEN, 320 * n)  # all of them are lost
    assert board.sounds == 0
    for _ in range(3):
        bridge.renew_credit(100_000)
        exchange(bridge, board, 100_000)
    assert (board.sounds, board.photos) == (session.SOUNDS_AHEAD, session.PHOTOS_AHEAD)


@pytest.mark.parametrize("packer", [None, Packer()])
def test_what_is_encrypted_goes_on_as_it_came_and_has_its_moment(packer: Packer | None) -> None:
    private = bytes(range(32))
    bridge = Session(TOKEN)
    board = Firmware(TOKEN, packer=packer, sender=Sender(public_of(private)))
    assert list(bridge.feed(board.hello(), 100_000)) == []
    exchange(bridge, board, 100_000)
    (closed,) = bridge.feed(board.sound(TAKEN, 320) or b"", 100_640)
    assert isinstance(closed, Closed)
    assert (closed.start, closed.samples) == (100_320, 320)
    opened = Receiver(private).open(closed.encapsulated, closed.number, closed.known, closed.box)
    assert (adpcm.unpacked(opened) if packer else opened) == TAKEN


def test_who_said_that_it_encrypts_must_and_nobody_else_may() -> None:
    board = Firmware(TOKEN, sender=Sender(public_of(bytes(range(32)))))
    clear = frames.encode(frames.Sound(TAKEN), sequence=1, at=0)
    box = frames.encode(frames.EncryptedSound(frames.SOUND, bytes(18)), sequence=1, at=0)
    for hello, sound in ((board.hello(), clear), (Firmware(TOKEN).hello(), box)):
        bridge = Session(TOKEN)
        assert list(bridge.feed(hello, 0)) == []
        with pytest.raises(BadFrame, match="encrypted"):
            list(bridge.feed(sound, 0))
