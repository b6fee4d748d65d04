"""What the tests of hearing share: real models, real sound. Absent ones skip, and say why."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edge import config
from edge.chamber.asr import Recogniser
from edge.chamber.segmenter import Segmenter, Spoken
from edge.chamber.voice_activity import VoiceActivity
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import CHUNK_SAMPLES, AudioChunk, Samples, Utterance
from models import manifest

DATA = Path(__file__).parents[3] / "../shared/data"


def file(model: str, name: str) -> bytes:
    """Return a model's file; skip the test where it has not been fetched."""
    try:
        return manifest.read(model, name)
    except manifest.ModelNotFetched as absent:
        pytest.skip(f"UNCHECKED: {absent}")


def recogniser(settings: config.Recogniser, *, full_window: bool = False) -> Recogniser:
    return Recogniser.load(
        lambda name: file(settings.weights, name), settings, full_window=full_window
    )


def voice_activity() -> VoiceActivity:
    return VoiceActivity(file("silero-vad", "silero_vad.onnx"), config.Gate())


def sound(name: str) -> Samples:
    """Return a clip of the shared data, float32 (n,), 16 kHz."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"UNCHECKED: the shared clip {name} is absent")
    samples, _ = soundfile.read(path, dtype="float32")
    return samples


def said(name: str) -> str:
    """Return the reference text of a clip."""
    with (DATA / "speech/manifest.jsonl").open() as rows:
        return next(row["text"] for row in map(json.loads, rows) if row["file"] == name)


def chunks(samples: Samples) -> Iterator[AudioChunk]:
    for start in range(0, len(samples), CHUNK_SAMPLES):
        yield AudioChunk(samples[start : start + CHUNK_SAMPLES], start)


def whole(samples: Samples) -> Utterance:
    """Return a clip as one utterance."""
    return Utterance(samples, 0, 0, len(samples))


def utterances(samples: Samples) -> list[Utterance]:
    """Return what the front of the hearing finds in a clip."""
    activity, segmenter = voice_activity(), Segmenter(config.Gate())
    events = [
        event
        for chunk in chunks(samples)
        for event in segmenter.push(chunk, activity.update(chunk))
    ]
    return [
        Utterance(samples[e.start : e.end], e.start, e.speech_start, e.speech_end)
        for e in events + segmenter.flush()
        if isinstance(e, Spoken)
    ]


def synthetic(name: str, seconds: int = 6) -> Samples:
    """Return sound that nobody said, float32 (n,)."""
    time_s = np.arange(seconds * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    noise = np.random.default_rng(0).standard_normal(len(time_s))
    sounds = {
        "silence": 0 * time_s,
        "white noise": 0.05 * noise,
        "faint noise": 0.001 * noise,
        "tone": 0.3 * np.sin(2 * np.pi * 440 * time_s),
        "hum": 0.2 * np.sin(2 * np.pi * 50 * time_s),
        "beeps": 0.3 * np.sin(2 * np.pi * 1000 * time_s) * (time_s % 1 < 0.3),
        "sweep": 0.3 * np.sin(2 * np.pi * (100 + 150 * time_s) * time_s),
    }
    return sounds[name].astype(np.float32)
