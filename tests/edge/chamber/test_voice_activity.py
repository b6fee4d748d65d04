import numpy as np
import pytest
from hearing import chunks, file, sound, synthetic, voice_activity

from edge import config
from edge.bench import rooms
from edge.chamber.gate import Gate
from edge.chamber.voice_activity import FLOOR_CHUNKS, QUIET_POWER, NoiseFloor, Silero
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import CHUNK_SAMPLES, AudioChunk


def test_the_noise_floor_of_a_new_stream_is_that_of_a_quiet_room() -> None:
    assert NoiseFloor().update(0.25) == QUIET_POWER


def test_the_noise_floor_rises_to_a_steady_sound() -> None:
    floor = NoiseFloor()
    assert [floor.update(0.25) for _ in range(FLOOR_CHUNKS)][-1] == 0.25


def test_a_gap_in_speech_lowers_the_noise_floor_at_once() -> None:
    floor = NoiseFloor()
    for _ in range(FLOOR_CHUNKS):
        floor.update(0.25)
    gap = [floor.update(0.01) for _ in range(FLOOR_CHUNKS // 10 + 1)]
    assert gap[-1] == 0.01


def test_a_quiet_room_is_not_shown_to_the_network() -> None:
    activity = voice_activity()
    assert {activity.update(chunk) for chunk in chunks(synthetic("silence"))} == {0.0}
    assert activity.level_dbfs == -120


def test_loudness_is_told_in_decibels() -> None:
    activity = voice_activity()
    activity.update(AudioChunk(np.full(CHUNK_SAMPLES, 0.1, np.float32), 0))
    assert activity.level_dbfs == pytest.approx(-20, abs=0.01)


def test_speech_is_speech() -> None:
    activity = voice_activity()
    found = [activity.update(chunk) for chunk in chunks(sound("speech/ps_goforward.flac"))]
    assert max(found) > 0.95


def test_the_cheap_judges_keep_what_the_network_would_find() -> None:
    samples = sound("speech/2609-156975-0004.flac")
    activity, silero = voice_activity(), Silero(file("silero-vad", "silero_vad.onnx"), 1)
    pairs = [
        (silero.probability(chunk.samples) >= 0.5, activity.update(chunk) >= 0.5)
        for chunk in chunks(samples[: len(samples) // CHUNK_SAMPLES * CHUNK_SAMPLES])
    ]
    kept = sum(both for alone, both in pairs if alone) / sum(alone for alone, _ in pairs)
    assert kept > 0.97  # 0.994 over all 75 clips


def test_the_last_chunk_may_be_short() -> None:
    activity = voice_activity()
    assert 0 <= activity.update(AudioChunk(np.ones(100, np.float32), 0)) <= 1


def test_after_a_hole_in_the_stream_the_network_begins_anew() -> None:
    before, word = synthetic("beeps", 1), sound("speech/ps_goforward.flac")[8192:]
    holed, fresh = voice_activity(), voice_activity()
    for chunk in chunks(before):
        holed.update(chunk)
    moved = [AudioChunk(chunk.samples, chunk.start + 160_000) for chunk in chunks(word)]
    found = [holed.update(chunk) for chunk in moved]
    assert found[:20] == [fresh.update(chunk) for chunk in chunks(word)][:20]


def test_a_machine_that_starts_in_the_middle_of_noise_is_nobody_who_begins_to_speak() -> None:
    minutes = dict(rooms.minutes(3))
    stream = np.concatenate([minutes["hiss"][-SAMPLE_RATE_HZ:], minutes["hum"][:SAMPLE_RATE_HZ]])
    activity, gate = voice_activity(), Gate(config.Gate(), config.Turn())
    assert not any(gate.update(activity.update(chunk)) for chunk in chunks(stream))
