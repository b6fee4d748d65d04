"""A satellite's sound on our clock, and what is refused; the reference library writes the bytes."""

import io

import pytest
from wyoming.event import Event as TheirEvent
from wyoming.event import write_event
from wyoming_peer import (
    FORMAT,
    Attribution,
    AudioChunk,
    Info,
    Ping,
    PipelineStage,
    RunPipeline,
    Satellite,
)

from firmware_bridge.wyoming import BadEvent
from firmware_bridge.wyoming_satellite import MOST_BEHIND, Clock, Session, Streamed


def told(session: Session, *events: TheirEvent) -> list[Streamed]:
    written = io.BytesIO()
    for event in events:
        write_event(event, written)
    return list(session.feed(written.getvalue()))


def test_it_is_asked_who_it_is_and_told_to_run() -> None:
    session = Session()
    session.begin()
    assert b"".join(session.replies) == b'{"type":"describe"}\n{"type":"run-satellite"}\n'
    made = Attribution("nobody", "")
    kitchen = Satellite("kitchen", made, installed=True, description=None, version=None)
    told(session, Info(satellite=kitchen).event())
    assert session.name == "kitchen"


def test_sound_comes_with_its_rate_and_a_ping_is_answered() -> None:
    session = Session()
    chunk = AudioChunk(rate=48_000, width=2, channels=1, audio=bytes(4))
    assert told(session, chunk.event(), Ping("1").event()) == [Streamed(bytes(4), 48_000)]
    assert b"pong" in session.replies[0]


def test_a_pipeline_that_is_run_begins_anew() -> None:
    session = Session(begins=False)
    told(session, RunPipeline(PipelineStage.ASR, PipelineStage.TTS).event())
    assert session.begins


@pytest.mark.parametrize(
    "event",
    [
        AudioChunk(rate=4000, width=2, channels=1, audio=bytes(4)).event(),
        AudioChunk(rate=16_000, width=4, channels=1, audio=bytes(4)).event(),
        AudioChunk(rate=16_000, width=2, channels=2, audio=bytes(4)).event(),
        AudioChunk(audio=bytes(3), **FORMAT).event(),
        Info().event(),
    ],
)
def test_what_is_no_satellites_sound_is_refused(event: TheirEvent) -> None:
    with pytest.raises(BadEvent):
        told(Session(), event)


def test_chunks_that_come_late_still_follow_each_other() -> None:
    clock = Clock()
    assert clock.start(1024, 50_000, begins=True) == 48_976
    assert clock.start(1024, 60_000, begins=False) == 50_000
    assert clock.start(1024, 60_001, begins=False) == 51_024


def test_a_new_beginning_a_long_stall_and_a_fast_clock_are_laid_on_ours_anew() -> None:
    clock = Clock()
    clock.start(1024, 50_000, begins=True)
    assert clock.start(1024, 90_000, begins=True) == 88_976
    assert clock.start(1024, 90_000 + MOST_BEHIND + 2000, begins=False) == 90_976 + MOST_BEHIND
    assert clock.start(16_000, 90_000 + MOST_BEHIND + 2000, begins=False) == 76_000 + MOST_BEHIND


def test_nothing_begins_before_the_stream_does() -> None:
    assert Clock().start(16_000, 100, begins=True) == 0
