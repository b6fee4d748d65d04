"""A xiaozhi device is understood in all three framings; nonsense of any kind brings nothing."""

import json
import math
import random
from array import array
from itertools import pairwise

import pytest

pytest.importorskip("opuslib_next", reason="UNCHECKED: pip install offrecord[wearables]")

from firmware_bridge import xiaozhi, xiaozhi_frames
from firmware_bridge.emulator import Faults, Way
from firmware_bridge.session import Gone, Heard, Quiet
from firmware_bridge.xiaozhi_camera import MOST_PAGES, BadPost, Camera, posted
from firmware_bridge.xiaozhi_emulator import BOARD, FORM, FRAME_SAMPLES, Device
from firmware_bridge.xiaozhi_frames import BadPacket, framed, unframed

SWELLING = array(
    "h",
    [
        round(9000 * math.sin(n * 0.0864) * abs(math.sin(n * 0.0008)))
        for n in range(50 * FRAME_SAMPLES)
    ],
)
FRAMES = [
    SWELLING[at : at + FRAME_SAMPLES].tobytes() for at in range(0, len(SWELLING), FRAME_SAMPLES)
]
TOKENS = (f"token{n}" for n in range(1_000_000))


def greeted(device: Device) -> xiaozhi.Session:
    session = xiaozhi.Session("7", Camera("http://box/photo", lambda: next(TOKENS)))
    say(session, device, device.hello())
    return session


def say(session: xiaozhi.Session, device: Device, words: str, now: int = 0) -> list[object]:
    """Say it, and let the two answer each other until neither has more to say."""
    brought: list[object] = []
    waiting = [words]
    while waiting:
        brought += session.say(waiting.pop(0), now)
        replies, session.replies = session.replies, []
        for reply in replies:
            assert isinstance(reply, str)
            waiting += device.hear(reply)
    return brought


def test_the_bytes_are_those_of_its_makers_documentation() -> None:
    assert framed(1, b"abc") == b"abc"
    assert framed(2, b"abc", 0x01020304).hex() == "00020000000000000102030400000003616263"
    assert framed(3, b"abc").hex() == "00000003616263"
    assert unframed(2, bytes.fromhex("000200010000000000000000000000027b7d")).is_words


@pytest.mark.parametrize("version", xiaozhi_frames.VERSIONS)
def test_a_message_cut_anywhere_or_too_long_is_refused(version: int) -> None:
    whole = framed(version, b"\x58" * 40, 60)
    assert unframed(version, whole).payload == b"\x58" * 40
    for cut in range(len(whole) if version > 1 else 1):
        with pytest.raises(BadPacket):
            unframed(version, whole[:cut])
    for wrong in (b"", framed(version, b"x" * (xiaozhi_frames.MOST_PACKET_BYTES + 1))):
        with pytest.raises(BadPacket):
            unframed(version, wrong)


@pytest.mark.parametrize("version", xiaozhi_frames.VERSIONS)
def test_sound_comes_whole_and_without_a_hole_in_each_version(version: int) -> None:
    device = Device(version)
    session = greeted(device)
    assert device.has_begun
    say(session, device, device.listen("start"))
    heard: list[Heard] = []
    for n, frame in enumerate(FRAMES):
        now = 1000 + FRAME_SAMPLES * (n + 1)
        heard += [h for h in session.hear(device.sound(frame), now) if isinstance(h, Heard)]
    assert [h.start for h in heard] == [1000 + FRAME_SAMPLES * n for n in range(50)]
    assert {len(h.samples) for h in heard} == {2 * FRAME_SAMPLES}
    mean = math.sqrt(sum(s * s for h in heard for s in array("h", h.samples)) / len(SWELLING))
    assert mean == pytest.approx(math.sqrt(sum(s * s for s in SWELLING) / len(SWELLING)), rel=0.1)


def test_what_is_missing_is_counted_exactly_and_made_up_where_times_tell() -> None:
    device, way = Device(2), Way(Faults(lost=0.2))
    session = greeted(device)
    say(session, device, device.listen("start"))
    came, heard = [], []
    for n, frame in enumerate(FRAMES):
        for message in way.send(device.sound(frame)):
            came.append(n)
            heard += list(session.hear(message, FRAME_SAMPLES * (n + 1)))
    lost = came[-1] - came[0] + 1 - len(came)
    assert session.speech.order.lost == lost > 0
    starts = [each.start for each in heard if isinstance(each, Heard)]
    assert len(starts) > len(came)  # some was made up
    assert all(before < after for before, after in pairwise(starts))
    assert starts[-1] == FRAME_SAMPLES * came[-1]


def test_a_time_that_says_nothing_is_not_taken_for_a_loss() -> None:
    speech = xiaozhi_frames.Speech(60)
    for n, time_ms in enumerate((0, 0, 7, 2**32 - 1, 3, 90_000, 90_000, 10)):
        list(speech.take(xiaozhi_frames.Packet(b"\x58", time_ms), FRAME_SAMPLES * n))
    assert speech.order.lost == 0


@pytest.mark.parametrize("mode", ["auto", "manual", "realtime"])
def test_it_is_heard_between_start_and_stop_in_each_mode(mode: str) -> None:
    device = Device()
    session = greeted(device)
    packet = device.sound(FRAMES[0])
    assert not list(session.hear(packet, 960))  # a wake word, which nobody waits for here
    say(session, device, device.listen("detect", mode))
    assert not list(session.hear(packet, 960))
    assert say(session, device, device.listen("start", mode)) == []
    assert len(list(session.hear(packet, 9600))) == 1
    assert say(session, device, device.listen("stop", mode)) == [Gone()]
    assert say(session, device, device.listen("stop", mode)) == []
    assert not list(session.hear(packet, 9600))
    say(session, device, device.listen("start", mode))
    (again,) = session.hear(packet, 50_000)
    assert isinstance(again, Heard)
    assert again.start == 50_000 - FRAME_SAMPLES


def test_words_are_shown_to_who_sent_their_sound_and_abort_is_answered() -> None:
    device = Device()
    session = greeted(device)
    say(session, device, device.listen("start"))
    session.show("before anything came", 0)
    list(session.hear(device.sound(FRAMES[0]), 9600))
    session.show("what was before", 100)
    session.show('"Grüße" ' * 200, 9600)
    assert list(session.say(device.abort(), 0)) == [Quiet()]
    *shown, stop = session.replies
    assert json.loads(stop) == {"session_id": "7", "type": "tts", "state": "stop"}
    for each in shown:
        device.hear(each)
    assert device.shown == [('"Grüße" ' * 200)[: xiaozhi.MOST_TEXT]]


def test_each_photo_has_a_token_of_its_own_that_opens_once() -> None:
    device = Device()
    session = greeted(device)
    assert (session.camera.name, len(device.photos_wanted)) == (BOARD, 1)
    first = device.vision["token"]
    assert not session.camera.opens("")
    assert not session.camera.opens("\udcff")
    assert session.camera.opens(first)
    assert not session.camera.opens(first)
    session.camera.came()
    say(session, device, device.seen("seen"))
    session.want_photo(16_000)
    say(session, device, "{}")
    assert len(device.photos_wanted) == 1
    assert device.vision["token"] != first
    assert session.camera.opens(device.vision["token"])


def test_a_photo_that_does_not_come_is_asked_for_again_and_not_before() -> None:
    device = Device()
    session = greeted(device)
    for now in (0, 100_000, 319_999):
        session.want_photo(now)
    say(session, device, "{}")
    assert len(device.photos_wanted) == 1
    session.renew(320_000)
    say(session, device, "{}")
    assert len(device.photos_wanted) == 2


def test_a_device_without_a_camera_is_asked_for_nothing() -> None:
    device = Device(has_camera=False)
    session = greeted(device)
    session.want_photo(10**9)
    assert session.replies == []
    assert device.photos_wanted == []


def test_a_list_of_tools_without_an_end_is_read_to_one() -> None:
    camera = Camera("", lambda: "t")
    camera.begin()
    camera.take({"id": 1, "result": {}}, 0)
    for number in range(2, 1000):
        camera.take({"id": number, "result": {"tools": [{}, 1], "nextCursor": "more"}}, 0)
    lists = [each for each in camera.requests if each["method"] == "tools/list"]
    assert len(lists) == MOST_PAGES


@pytest.mark.parametrize(
    "hello",
    [
        "{}",
        '{"type":"listen","state":"start"}',
        '{"type":"hello","version":4}',
        '{"type":"hello","version":true}',
        '{"type":"hello","version":[]}',
        '{"type":"hello","audio_params":{"format":"pcm"}}',
        '{"type":"hello","audio_params":{"frame_duration":[60]}}',
        '{"type":"hello","audio_params":{"frame_duration":0}}',
        "[" * 100_000,
        "",
    ],
)
def test_who_says_no_hello_that_is_understood_is_refused_in_words(hello: str) -> None:
    session = xiaozhi.Session("7", Camera("", str))
    with pytest.raises(xiaozhi.Refused) as refused:
        list(session.say(hello, 0))
    assert len(str(refused.value).splitlines()) == 1
    with pytest.raises(xiaozhi.Refused):
        list(session.hear(b"\x58", 0))


def test_nonsense_brings_nothing_and_keeps_nothing() -> None:
    drawn = random.Random(8)  # noqa: S311 (no secret)
    device = Device(2)
    session = greeted(device)
    say(session, device, device.listen("start"))
    right = [device.hello(), device.listen("detect"), '{"type":"mcp","payload":{"id":1}}']
    for n in range(2000):
        junk = drawn.randbytes(drawn.randrange(80))
        cut = drawn.choice(right)[: drawn.randrange(60)]
        for words in (junk.decode("latin-1"), cut):
            assert list(session.say(words, n)) == []
        assert not list(session.hear(junk, n))
        session.replies.clear()
    assert session.damaged > 4000


def test_the_bootstrap_tells_where_to_connect_and_nothing_else() -> None:
    told = json.loads(xiaozhi.bootstrap("ws://box/xiaozhi", "key", "3", 1.5, 60))
    assert told == {
        "websocket": {"url": "ws://box/xiaozhi", "token": "key", "version": 3},
        "server_time": {"timestamp": 1500, "timezone_offset": 60},
    }
    for other in ("", "0", "4", "x", "33", "٣"):
        assert json.loads(xiaozhi.bootstrap("", "", other, 0, 0))["websocket"]["version"] == 1


def test_neither_secret_can_be_told_from_the_other() -> None:
    word, key = xiaozhi.word(bytes(32)), xiaozhi.key(bytes(32))
    assert (len(word), word.isalnum(), word.islower() or word.isdigit()) == (16, True, True)
    assert len(key) == 64
    assert xiaozhi.key(bytes(31) + b"1") != key


def test_the_photo_is_found_in_the_form_and_in_no_other() -> None:
    device, jpeg = Device(), b"\xff\xd8\r\n--" + bytes(range(256))
    whole = device.posted(jpeg)
    assert posted(FORM, whole) == jpeg
    for cut in range(len(whole) - len("--\r\n") - 26):
        with pytest.raises(BadPost):
            posted(FORM, whole[:cut])
    others = ("", "text/plain", "multipart/form-data", "multipart/form-data; boundary=other")
    for kind in others:
        with pytest.raises(BadPost):
            posted(kind, whole)
    with pytest.raises(BadPost):
        posted("multipart/form-data; boundary=a", b"--a\r\n\r\n\r\n" * 100_000)
