"""How soon is the end of speech noticed, and how often is a speaker cut off? The whole trade-off.

The clips are one stream, with 2 s of silence after each; under noise they are made equally loud,
with gaps of 0.8 to 3 s that a seed draws, and `missed` counts ends that were not told from what
followed. Where speech truly ends is read from the
clean clip (`edge/bench/stream.py`). The same judges, segmenter and recogniser as in the chamber run
here in this process, without the sealed tree: the curve needs each of them many times, and what
the chamber adds is the handing over of a string.

A reading of a pause reaches the segmenter as late as it would in life: after the processor time
that recognising it took.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from edge import config
from edge.bench import CannotMeasure, stream
from edge.bench.clips import Clip, load_clip, read_manifest
from edge.bench.speech import GAP_S
from edge.chamber.asr import Recogniser, Recognition
from edge.chamber.segmenter import Paused, Segmenter, Spoken
from edge.chamber.turn import Reading
from edge.chamber.voice_activity import VoiceActivity
from edge.clock import to_ms, to_samples
from edge.signals import CHUNK_SAMPLES, AudioChunk, Samples, Utterance
from models import manifest

SILENCES_MS: Final = (320, 416, 512, 608, 704, 800, 896, 992)
"""Of silence alone."""
VOTES_MS: Final = ((352, 544), (416, 608), (416, 672), (480, 672), (480, 736), (544, 800))
"""After what reads as finished, and as neither finished nor unfinished."""
NEVER: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Ending:
    """An utterance, and when it was over."""

    spoken: Spoken
    noticed: int
    """Samples of the stream that had been heard when it ended."""
    final: int
    """The same, when its text was there."""


class Listener:
    """The hearing of a chamber over one stream, under as many policies as one likes."""

    def __init__(self, samples: Samples, settings: config.Config) -> None:
        self._samples, self._settings = samples, settings
        activity = VoiceActivity(manifest.read("silero-vad", "silero_vad.onnx"), settings.gate)
        self._heard = [(chunk, activity.update(chunk)) for chunk in chunks(samples)]
        self._known: dict[tuple[int, int], tuple[Recognition, int]] = {}

    def endings(self, recogniser: Recogniser | None = None) -> list[Ending]:
        """Return the utterances by silence alone or, with a recogniser, by all votes."""
        return self.under(self._settings.gate, self._settings.turn, recogniser)

    def under(
        self, gate: config.Gate, turn: config.Turn, recogniser: Recogniser | None
    ) -> list[Ending]:
        """Return the utterances under other settings of silence."""
        segmenter = Segmenter(gate, turn, pauses=recogniser is not None)
        found: list[Ending] = []
        reading, ready = None, 0
        for chunk, probability in self._heard:
            in_time = reading if chunk.end >= ready else None
            for event in segmenter.push(chunk, probability, in_time):
                if isinstance(event, Paused) and recogniser:
                    recognition, spent = self._recognise(event.so_far, recogniser)
                    reading = Reading(event.so_far.speech_end, recognition.finished)
                    ready = max(ready, chunk.end) + spent
                elif isinstance(event, Spoken):
                    found.append(Ending(event, chunk.end, max(chunk.end, ready)))
        return found

    def _recognise(self, spoken: Spoken, recogniser: Recogniser) -> tuple[Recognition, int]:
        """Return what was said, and the samples that pass meanwhile."""
        asked = spoken.start, spoken.speech_end
        if asked not in self._known:
            sound = self._samples[spoken.start : spoken.end]
            began_s = time.thread_time()
            said = recogniser.recognise(
                Utterance(sound, spoken.start, spoken.speech_start, spoken.speech_end)
            )
            self._known[asked] = said, to_samples(time.thread_time() - began_s)
        return self._known[asked]


@dataclass(frozen=True, slots=True)
class Noise:
    """What is heard under the clips."""

    folder: Path
    """Of sound files without speech."""
    snr_db: float


def measure(
    manifest_path: Path, noise: Noise | None = None, settings: config.Config | None = None
) -> dict[str, Any]:
    """Measure the curve of silence alone, and of the votes. Raises CannotMeasure."""
    settings = settings or config.Config()
    rows = read_manifest(manifest_path, Clip, ("file", "text"))
    clips = [load_clip(manifest_path.parent / row.file) for row in rows]
    samples, parts = in_noise(clips, noise) if noise else stream.join(clips, [GAP_S] * len(clips))
    listener = Listener(samples, settings)
    recogniser = Recogniser.load(
        lambda file: manifest.read(settings.recogniser.model, file), settings.recogniser
    )
    recogniser.warm_up()
    curve = [
        {"votes": "silence", "usual_ms": usual_ms}
        | told(parts, listener.under(_gate(settings, usual_ms), settings.turn, None))
        for usual_ms in SILENCES_MS
    ]
    for finished_ms, usual_ms in VOTES_MS:
        turn = msgspec.structs.replace(settings.turn, finished_ms=finished_ms)
        endings = listener.under(_gate(settings, usual_ms), turn, recogniser)
        curve.append(
            {"votes": "silence and words", "usual_ms": usual_ms, "finished_ms": finished_ms}
            | told(parts, endings)
        )
    chosen = told(parts, listener.endings(recogniser))
    return {"clips": len(clips), "model": settings.recogniser.model, **chosen, "curve": curve}


def in_noise(clips: Sequence[Samples], noise: Noise) -> tuple[Samples, list[stream.Part]]:
    """Lay the clips on a noisy stream; raise CannotMeasure."""
    noises = [load_clip(path) for path in sorted(noise.folder.glob("*.flac"))]
    if not noises:
        raise CannotMeasure(f"there is no *.flac in {noise.folder}")
    samples, parts = stream.join([stream.level(clip) for clip in clips], stream.gaps(len(clips)))
    return stream.under(samples, noises, noise.snr_db), parts


def told(parts: Sequence[stream.Part], endings: Sequence[Ending]) -> dict[str, Any]:
    """Return what a list of endings means for the clips of a stream."""
    by_clip = [[e for e in endings if part.start <= _middle(e) < part.end] for part in parts]
    followed = zip(by_clip, [*(part.speech_start for part in parts[1:]), NEVER], strict=True)
    last = [(part, mine[-1]) for part, mine in zip(parts, by_clip, strict=True) if mine]
    noticed = [to_ms(ending.noticed - part.speech_end) for part, ending in last]
    final = [to_ms(ending.final - part.speech_end) for part, ending in last]
    late = [to_ms(ending.final - ending.noticed) for ending in endings]
    return {
        "cut": sum(len(mine) > 1 for mine in by_clip),
        "unheard": sum(not mine for mine in by_clip),
        "missed": len(parts) - sum(_was_noticed(mine, then) for mine, then in followed),
        "endpoint_ms": _percentiles(noticed),
        "final_after_end_of_speech_ms": _percentiles(final),
        "after_endpoint_ms": _percentiles(late),
    }


def chunks(samples: Samples) -> Iterator[AudioChunk]:
    """Yield a stream's whole chunks."""
    for start in range(0, len(samples) - CHUNK_SAMPLES + 1, CHUNK_SAMPLES):
        yield AudioChunk(samples[start : start + CHUNK_SAMPLES], start)


def _gate(settings: config.Config, usual_ms: int) -> config.Gate:
    return msgspec.structs.replace(settings.gate, hangover_ms=usual_ms)


def _was_noticed(mine: Sequence[Ending], then: int) -> bool:
    return bool(mine) and mine[-1].noticed <= then


def _middle(ending: Ending) -> int:
    return (ending.spoken.speech_start + ending.spoken.speech_end) // 2


def _percentiles(values_ms: Sequence[int]) -> dict[str, int]:
    if not values_ms:
        return {"p50": 0, "p95": 0}
    return {f"p{share}": round(float(np.percentile(values_ms, share))) for share in (50, 95)}
