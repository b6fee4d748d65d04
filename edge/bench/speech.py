"""How well and how fast is speech understood, inside the sealed chamber?"""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import soundfile

from edge import config, tune
from edge.bench import peers, play, wer
from edge.bench.clips import Clip, load_clip, read_manifest
from edge.births import Run
from edge.capture.sources import describe
from edge.chamber.asr import Recogniser
from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.messages import SealState, Shown, Transcript
from edge.signals import Samples, Utterance
from models import manifest

GAP_S: Final = 2.0
"""Silence between two clips: longer than any endpoint."""


def measure(
    manifest_path: Path, settings: config.Config | None = None, peers_python: Path | None = None
) -> dict[str, Any]:
    """Measure the word error rate inside the sealed chamber, and of full 30 s windows beside it.

    The clips are joined with 2 s of silence between them and heard as one stream; then ours, and
    the peers that `peers_python` has, get them one by one.
    """
    settings = tune.applied(settings or config.Config())
    clips = read_manifest(manifest_path, Clip, ("file", "text"))
    sounds = [load_clip(manifest_path.parent / clip.file) for clip in clips]
    said = _sealed(sounds, settings)
    reference, reference_s = _full_window(sounds, settings)
    audio_s = sum(map(len, sounds)) / SAMPLE_RATE_HZ
    judge = _judge(clips)
    engines = peers.measure(sounds, settings.recogniser, peers_python, judge)
    full = {"name": "full-window", **judge(reference)}
    return {
        "model": f"{settings.recogniser.model} {settings.recogniser.precision}",
        **judge(said.texts),
        "s_per_audio_s": round(said.seconds / audio_s, 4),
        "cpu_s_per_audio_s": engines[0]["cpu_s_per_audio_s"],
        "rss_mb": engines[0]["rss_mb"],
        "utterances": said.utterances,
        "clips": len(clips),
        "audio_s": round(audio_s, 1),
        "sealed": said.sealed,
        "engines": [*engines, {**full, "s_per_audio_s": round(reference_s / audio_s, 4)}],
    }


@dataclass
class _Said:
    texts: list[str]
    utterances: int = 0
    sealed: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def _judge(clips: Sequence[Clip]) -> peers.Judge:
    normalise = wer.load_normaliser(manifest.folder() / "whisper-normaliser")

    def judge(texts: Sequence[str]) -> dict[str, Any]:
        pairs = [(clip.text, text) for clip, text in zip(clips, texts, strict=True)]
        score = wer.score(pairs, normalise)
        return {"wer": round(score.wer, 4), "runaway": score.runaway}

    return judge


def _sealed(sounds: Sequence[Samples], settings: config.Config) -> _Said:
    gap = np.zeros(to_samples(GAP_S), np.float32)
    starts = np.cumsum([0, *(len(sound) + len(gap) for sound in sounds)])
    said = _Said([""] * len(sounds))

    def show(message: Shown) -> None:
        if isinstance(message, SealState):
            said.sealed[message.process] = message.level
        elif isinstance(message, Transcript):
            middle = (message.start_ms + message.end_ms) * SAMPLE_RATE_HZ // 2000
            clip = int(np.searchsorted(starts, middle, side="right")) - 1
            said.texts[clip] = f"{said.texts[clip]} {message.text}".strip()
            said.utterances += 1
            said.seconds += sum(stage.microseconds for stage in message.stages) / 1e6

    # The stream is written where only this bench's own temporary folder is, and removed with it.
    with tempfile.TemporaryDirectory(prefix="offrecord-bench-") as folder:
        stream = Path(folder) / "stream.wav"
        soundfile.write(
            stream, np.concatenate([part for sound in sounds for part in (sound, gap)]),
            SAMPLE_RATE_HZ, subtype="PCM_16",
        )  # fmt: skip
        # A stream twenty times faster than life says as much as twenty days: the budget is not
        # what is measured here.
        limits = config.Airlock(rate_bytes_s=4096, burst_bytes=1 << 20)
        play(
            Run(
                config=msgspec.structs.replace(settings, airlock=limits),
                sources=[describe("audio", str(stream), settings)],
                data=Path(folder) / "notes",
                fast=True,
            ),
            show,
        )
    return said


def _full_window(sounds: Sequence[Samples], settings: config.Config) -> tuple[list[str], float]:
    """Return the same weights' texts over whole 30 s windows, and the seconds they took."""
    model = settings.recogniser.model
    recogniser = Recogniser.load(
        lambda file: manifest.read(model, file), settings.recogniser, full_window=True
    )
    began_s = time.perf_counter()
    texts = [recogniser.recognise(Utterance(sound, 0, 0, len(sound))).text for sound in sounds]
    return texts, time.perf_counter() - began_s
