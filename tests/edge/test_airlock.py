"""What may leave, and what ends whoever tries something else."""

import unicodedata

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import airlock, config
from edge.messages import (
    Go,
    Hello,
    Leaves,
    Model,
    Seen,
    SpeechStarted,
    Stage,
    StageTime,
    TextLine,
    Thing,
    Transcript,
)

SAID = Transcript("The keys are in the bowl.", 200, 1900, 93, 1, (StageTime(Stage.MEL, 1700),))
SEEN = Seen(4000, (Thing("cup", 62, (1, 2, 3, 4)),), (TextLine("EXIT", 99, (0, 0, 9, 9)),), 2, 3)
HELLO = Hello((Model("silero-vad", "0123456789abcdef"),))


@pytest.mark.parametrize("message", [SAID, SEEN, HELLO, SpeechStarted(32)])
def test_what_may_leave_arrives_as_it_was(message: Leaves) -> None:
    assert airlock.decode_leaving(airlock.encode(message)) == message


def test_a_transcript_is_little_more_than_its_words() -> None:
    assert len(airlock.encode(SAID)) <= len(SAID.text) + 24


@pytest.mark.parametrize(
    "media",
    [np.zeros(160, np.float32), b"\0" * 160, bytearray(160), memoryview(b"\0" * 160), [0.1] * 160],
)
def test_media_cannot_become_a_message(media: object) -> None:
    with pytest.raises(airlock.CannotLeave):
        airlock.encode(media)  # type: ignore[arg-type]
    with pytest.raises(airlock.CannotLeave):
        airlock.encode(Transcript(media, 0, 1, 2, 3))  # type: ignore[arg-type]
    with pytest.raises(airlock.CannotLeave):
        airlock.encode(Seen(0, (Thing("cup", 50, media),), (), 0, 0))  # type: ignore[arg-type]


def test_what_is_too_long_does_not_leave() -> None:
    with pytest.raises(airlock.CannotLeave):
        airlock.encode(Transcript("x" * 801, 0, 1, 2, 3))


def as_sent_by_a_liar(*fields: object) -> bytes:
    return msgspec.msgpack.encode(fields)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\xff" * 40,
        as_sent_by_a_liar(99, "no such message"),
        as_sent_by_a_liar(2, 1, "one field too many"),
        as_sent_by_a_liar(3, "x" * 801, 0, 1, 2, 3),
        as_sent_by_a_liar(3, b"\x01\x02", 0, 1, 2, 3),
        as_sent_by_a_liar(3, "negative time", -5, 1, 2, 3),
        as_sent_by_a_liar(3, "\x1b[2J clears the screen", 0, 1, 2, 3),
        as_sent_by_a_liar(3, "private use \ue000", 0, 1, 2, 3),
        as_sent_by_a_liar(32),
        b"\x93\x03\xa1\xff\x01",  # a text that is no UTF-8
        airlock.encode(SAID)[:-1],
        airlock.encode(SAID) + b"\0",
        b"\xc0" * (airlock.MAX_MESSAGE_BYTES + 1),
    ],
)
def test_the_receiver_refuses_what_is_not_on_the_list(packet: bytes) -> None:
    with pytest.raises(airlock.Violation):
        airlock.decode_leaving(packet)


@given(st.binary(max_size=airlock.MAX_MESSAGE_BYTES + 8))
def test_garbage_is_a_violation_and_nothing_worse(packet: bytes) -> None:
    try:
        message = airlock.decode_leaving(packet)
    except airlock.Violation:
        return
    assert isinstance(message, Leaves)


def test_what_enters_does_not_leave() -> None:
    assert airlock.decode_entering(airlock.encode(Go())) == Go()
    with pytest.raises(airlock.Violation):
        airlock.decode_entering(airlock.encode(SAID))


REAL_SCRIPTS = {
    "hindi": "क्या आपने मेरी चाबियाँ देखी हैं? ज़रूर, वे मेज़ पर हैं।",
    "thai": "คุณเห็นกุญแจของฉันไหม น้ำอยู่ที่นี่",
    "arabic": "هَلْ رَأَيْتَ مَفَاتِيحِي؟ اللّٰهُ",
    "hebrew": "בְּרֵאשִׁית בָּרָא אֱלֹהִים",
    "vietnamese": "Bạn có thấy chìa khóa của tôi ở đâu không? Nghiêng ngả",
    "korean": "제 열쇠 보셨어요? 네, 그릇 안에 있어요.",
    "japanese": "鍵はどこですか?「ボウルの中」です。ガギグ",
    "chinese": "你看见我的钥匙了吗,在蓝色的碗里。",
    "burmese": "ကျွန်ုပ်၏ သော့ကို မြွှေ့ ကြည့်ပါ",
    "tibetan": "བསྒྲུབས་པ་ཡིན།",
    "tamil": "என் சாவி எங்கே? தமிழ்",
    "russian": "Вы не видели мои ключи? Ёлка й",
    "emoji": "I like it 👍 ❤ 🎉",
}


@pytest.mark.parametrize("script", REAL_SCRIPTS)
def test_what_people_write_is_plain(script: str) -> None:
    text = unicodedata.normalize("NFC", REAL_SCRIPTS[script])
    assert airlock.plain(text) == text
    said = Transcript(text, 0, 9000, 90, 0)
    assert airlock.decode_leaving(airlock.encode(said)) == said


HIDING_PLACES = {
    "bell": "\a",
    "line end": "\n",
    "private use": "\ue000",
    "unassigned": "\u0378",
    "zero-width space": "\u200b",
    "joiner": "\u200d",
    "right-to-left override": "\u202e",
    "soft hyphen": "\u00ad",
    "variation selector": "\ufe0f",
    "variation selector 17": "\U000e0100",
    "tag": "\U000e0041",
    "hangul filler": "\u3164",
    "halfwidth hangul filler": "\uffa0",
    "choseong filler": "\u115f",
    "braille blank": "\u2800",
    "combining grapheme joiner": "\u034f",
    "khmer inherent vowel": "\u17b5",
    "musical null": "\U0001d159",
    "decomposed": "e\u0301",
    "angstrom sign": "\u212b",
    "many marks": "e" + "\u0323" * 6,
    "two spaces": "  ",
    "space at the end": " ",
    "wide space": "\u3000",
    "no-break space": "\u00a0",
}


@pytest.mark.parametrize("place", HIDING_PLACES)
def test_what_could_hide_something_is_refused(place: str) -> None:
    words = f"words{HIDING_PLACES[place]}"
    if not place.endswith("at the end"):
        words += "more"
    assert not airlock.is_plain(words)
    assert airlock.is_plain(airlock.plain(words))
    seen = Seen(0, (), (TextLine(words, 90, (0, 0, 9, 9)),), 0, 0)
    for message in (Transcript(words, 0, 9000, 90, 0), seen, Hello((Model(words, "0" * 16),))):
        with pytest.raises(airlock.Violation, match="plain"):
            airlock.decode_leaving(airlock.encode(message))


def test_a_thing_is_called_by_a_name_of_the_vocabulary() -> None:
    unknown = Seen(0, (Thing("cup", 50, (0, 0, 9, 9)), Thing("key 42", 50, (0, 0, 9, 9))), (), 0, 0)
    with pytest.raises(airlock.Violation, match="vocabulary"):
        airlock.decode_leaving(airlock.encode(unknown))


WRITTEN = st.text(
    st.sampled_from("aé \u0301\u0323\u200d가ᄀ\u1161\u11a8\n\ufe0f\u0915\u093c\u0958")
)


@given(st.text() | WRITTEN, st.none() | st.integers(0, 20))
def test_any_text_can_be_made_plain_and_cut(text: str, most: int | None) -> None:
    plain = airlock.plain(text, most)
    assert airlock.is_plain(plain)
    assert most is None or len(plain) <= most


def test_plain_keeps_words_in_any_script() -> None:
    assert airlock.plain("  Grüße,\n世界 \x07!") == "Grüße, 世界 !"
    assert airlock.plain("co\u00adoperate ❤\ufe0f") == "cooperate ❤"


def test_what_does_not_fit_in_a_packet_loses_its_last_words() -> None:
    page = Seen(0, (), tuple(TextLine("字" * 120, 90, (0, 0, 9, 9)) for _ in range(12)), 0, 0)
    fitted = airlock.decode_leaving(airlock.encode(airlock.fitting(page)))
    assert isinstance(fitted, Seen)
    assert fitted.lines == page.lines[:5]
    speech = Transcript("字" * 700, 0, 28_000, 90, 0)
    fitted = airlock.decode_leaving(airlock.encode(airlock.fitting(speech)))
    assert isinstance(fitted, Transcript)
    assert speech.text.startswith(fitted.text)
    assert len(fitted.text) > 650
    assert airlock.fitting(SAID) == SAID


def test_the_longest_utterance_fits_a_transcript() -> None:
    longest_ms = round(config.Gate().longest_utterance_s * 1000)
    assert 750 < airlock.most_characters(0, longest_ms) <= 800
