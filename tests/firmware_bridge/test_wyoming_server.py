"""What one connection asks of us, as the reference library asks it, and what is refused."""

import io

import pytest
from wyoming.event import Event as TheirEvent
from wyoming.event import read_event, write_event
from wyoming.ping import Ping
from wyoming.tts import SynthesizeTextFormat
from wyoming_peer import (
    FORMAT,
    AudioChunk,
    AudioStart,
    AudioStop,
    Describe,
    Info,
    Synthesize,
    Transcribe,
)

from firmware_bridge.wyoming_server import (
    MOST_SOUND_S,
    MOST_TEXT,
    Begin,
    Offers,
    Say,
    Session,
    Sound,
    Stop,
    Wish,
)

OFFERS = Offers("0.1.0", "whisper-tiny.en", ("en",), "en-us")


def asked(session: Session, *events: TheirEvent) -> list[Wish]:
    written = io.BytesIO()
    for event in events:
        write_event(event, written)
    return list(session.feed(written.getvalue()))


def replies(session: Session) -> list[TheirEvent]:
    stream, found = io.BytesIO(b"".join(session.replies)), []
    while event := read_event(stream):
        found.append(event)
    return found


def test_it_says_what_it_can_do_as_the_reference_library_reads_it() -> None:
    session = Session(OFFERS)
    asked(session, Describe().event(), Ping("7").event())
    told, pong = replies(session)
    info = Info.from_event(told)
    assert info.asr[0].models[0].languages == ["en"]
    assert info.asr[0].requires_external_vad is True
    assert info.tts[0].voices[0].name == "en-us"
    assert pong.data == {"text": "7"}


def test_a_voice_that_is_not_there_is_not_offered() -> None:
    session = Session(Offers("0.1.0", "whisper-base", ("de",), ""))
    asked(session, Describe().event())
    assert Info.from_event(replies(session)[0]).tts == []


def test_sound_is_wanted_as_text_only_after_transcribe() -> None:
    session = Session(OFFERS)
    sound = (AudioStart(**FORMAT).event(), AudioChunk(audio=bytes(4), **FORMAT).event())
    wishes = asked(session, Transcribe("x", "en").event(), *sound, AudioStop().event())
    assert wishes == [Begin(wants_text=True), Sound(bytes(4)), Stop()]
    assert asked(session, *sound, AudioStop().event())[0] == Begin(wants_text=False)


def test_what_it_does_not_know_and_a_stop_without_sound_are_left_unanswered() -> None:
    session = Session(OFFERS)
    assert asked(session, TheirEvent("timer-started", {"id": "1"}), AudioStop().event()) == []
    assert not session.is_over
    assert not session.replies


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([AudioStart(rate=48_000, width=2, channels=1)], "16 kHz"),
        ([AudioChunk(rate=16_000, width=2, channels=2, audio=bytes(4))], "16 kHz"),
        ([AudioChunk(audio=bytes(3), **FORMAT)], "half a sample"),
        ([AudioStart(**FORMAT), AudioStart(**FORMAT)], "before the sound before"),
        ([AudioChunk(audio=bytes(64_000), **FORMAT)] * (MOST_SOUND_S // 2 + 1), "more than 30 s"),
        ([Synthesize("")], "1 to 4000"),
        ([Synthesize("x" * (MOST_TEXT + 1))], "1 to 4000"),
        ([Synthesize("<speak/>", text_format=SynthesizeTextFormat.SSML)], "plain"),
    ],
)
def test_what_it_cannot_do_is_refused_in_a_sentence_and_ends_it(
    events: list[AudioStart | AudioChunk | Synthesize], why: str
) -> None:
    session = Session(OFFERS)
    for event in events:
        asked(session, event.event())
    (refusal,) = replies(session)
    assert refusal.type == "error"
    assert why in refusal.data["text"]
    assert session.is_over


def test_a_plain_text_is_wanted_as_sound() -> None:
    assert asked(Session(OFFERS), Synthesize("Hello there.").event()) == [Say("Hello there.")]
