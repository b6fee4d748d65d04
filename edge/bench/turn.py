"""How soon is the end of speech noticed, and how often is a speaker cut off? The whole trade-off.

The clips are one stream, with 2 s of silence after each; under noise they are made equally loud,
with gaps of 0.8 to 3 s that a seed draws, and `missed` counts ends that were not told from what
followed. Where speech truly ends is read from the
clean clip (`edge/bench/stream.py`). The same judges, segmenter and recogniser as in the chamber run
here in this process, without the sealed tree: the curve needs each of them many times, and what
the chamber adds is the handing over of a string.

`cut` counts the clips that ended more than once, `still_cut` those of them that stay in pieces:
the others went on so soon that all of it became one utterance. `run_together` counts the clips
that were so joined to the one before.

A reading of a pause reaches the segmenter as late as it would in life: after the processor time
that recognising it took, or on a board's share of this processor after the time that passed.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from edge import config
from edge.bench import CannotMeasure, stream
from edge.bench.boards import BOARDS, UNTHROTTLED, throttled
from edge.bench.clips import Clip, load_clip, read_manifest
from edge.bench.conditions import GAP_S
from edge.capture.pace import Pace
from edge.chamber.asr import Recogniser, Recognition
from edge.chamber.segmenter import Paused, Segmenter, Spoken
from edge.chamber.turn import Reading
from edge.chamber.voice_activity import VoiceActivity
from edge.clock import to_ms, to_samples
from edge.signals import CHUNK_SAMPLES, AudioChunk, Samples, Utterance
from models import manifest

SILENCES_MS: Final = (320, 416, 512, 608, 704, 800, 896, 992)
"""Of silence alone."""
VOTES: Final = (
    *((0.7, 352, 544), (0.7, 416, 608), (0.7, 416, 672), (0.7, 480, 736)),
    *((0.8, 352, 608), (0.8, 416, 672), (0.85, 416, 672), (0.85, 448, 736), (0.85, 544, 800)),
    *((0.92, 416, 736), (0.92, 448, 800)),
)
"""From which probability it reads as finished, the silence after that, and the usual one."""
NEVER: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Ending:
    """An utterance, and when it was over."""

    spoken: Spoken
    noticed: int
    """Samples of the stream that had been heard when it ended."""
    final: int
    """The same, when its text was there."""

    @property
    def goes_on(self) -> bool:
        """Whether it was joined to the one before."""
        return self.spoken.alone is not None

    @property
    def middle(self) -> int:
        """Of what is new in it."""
        new = self.spoken.alone or self.spoken
        return (new.speech_start + new.speech_end) // 2


class Listener:
    """The hearing of a chamber over one stream, under as many policies as one likes."""

    def __init__(
        self,
        samples: Samples,
        settings: config.Config,
        clock_s: Callable[[], float] = time.thread_time,
    ) -> None:
        self._samples, self._settings, self._clock_s = samples, settings, clock_s
        activity = VoiceActivity(manifest.read("silero-vad", "silero_vad.onnx"), settings.gate)
        self._heard = [(chunk, activity.update(chunk), at) for chunk, at in heard(samples)]
        self._known: dict[tuple[int, int], tuple[Recognition, int]] = {}
        self._drafts: dict[int, Recognition] = {}

    def endings(self, recogniser: Recogniser | None = None) -> list[Ending]:
        """Return the utterances by silence alone or, with a recogniser, by all votes."""
        return self.under(self._settings.gate, self._settings.turn, recogniser)

    def under(
        self, gate: config.Gate, turn: config.Turn, recogniser: Recogniser | None
    ) -> list[Ending]:
        """Return the utterances under other settings of silence."""
        segmenter = Segmenter(gate, turn, pauses=recogniser is not None, joins=True)
        found: list[Ending] = []
        reading, ready = None, 0
        for chunk, probability, now in self._heard:
            in_time = reading if now >= ready else None
            for event in segmenter.push(chunk, probability, in_time):
                if isinstance(event, Paused) and recogniser:
                    recognition, spent = self._recognise(event.so_far, recogniser)
                    reading = Reading(event.so_far.speech_end, recognition.finished)
                    ready = max(ready, now) + spent
                elif isinstance(event, Spoken):
                    found.append(Ending(event, now, max(now, ready)))
        return found

    def _recognise(self, spoken: Spoken, recogniser: Recogniser) -> tuple[Recognition, int]:
        """Return what was said, and the samples that pass meanwhile."""
        asked = spoken.start, spoken.speech_end
        if asked not in self._known:
            sound = self._samples[spoken.start : spoken.end]
            began_s = self._clock_s()
            said = recogniser.recognise(
                Utterance(sound, spoken.start, spoken.speech_start, spoken.speech_end),
                self._drafts.get(spoken.start),
            )
            self._known[asked] = said, to_samples(self._clock_s() - began_s)
            self._drafts[spoken.start] = said
        return self._known[asked]


@dataclass(frozen=True, slots=True)
class Noise:
    """What is heard under the clips."""

    folder: Path
    """Of sound files without speech."""
    snr_db: float


def measure(
    manifest_path: Path, noise: Noise | None = None, *, board: str = "desktop"
) -> dict[str, Any]:
    """Measure the curve of silence alone, and of the votes. Raises CannotMeasure."""
    with throttled(BOARDS[board]) as how:
        # Where the processor is rationed, work takes as long as it waits for its ration.
        clock_s = time.thread_time if how == UNTHROTTLED else time.perf_counter
        found = _measured(manifest_path, noise, clock_s)
    return {"board": board, "throttled": how, **found}


def _measured(
    manifest_path: Path, noise: Noise | None, clock_s: Callable[[], float]
) -> dict[str, Any]:
    settings = config.Config()
    rows = read_manifest(manifest_path, Clip, ("file", "text"))
    clips = [load_clip(manifest_path.parent / row.file) for row in rows]
    samples, parts = in_noise(clips, noise) if noise else stream.join(clips, [GAP_S] * len(clips))
    listener = Listener(samples, settings, clock_s)
    recogniser = Recogniser.load(
        lambda file: manifest.read(settings.recogniser.weights, file), settings.recogniser
    )
    recogniser.warm_up()
    curve = [
        {"votes": "silence", "usual_ms": usual_ms}
        | told(parts, listener.under(_gate(settings, usual_ms), settings.turn, None))
        for usual_ms in SILENCES_MS
    ]
    for probability, finished_ms, usual_ms in VOTES:
        votes = {"finished_ms": finished_ms, "finished_probability": probability}
        turn = msgspec.structs.replace(settings.turn, **votes)
        endings = listener.under(_gate(settings, usual_ms), turn, recogniser)
        curve.append(
            {"votes": "silence and words", "usual_ms": usual_ms, **votes} | told(parts, endings)
        )
    chosen = told(parts, listener.endings(recogniser))
    return {"clips": len(clips), "model": settings.recogniser.weights, **chosen, "curve": curve}


def in_noise(clips: Sequence[Samples], noise: Noise) -> tuple[Samples, list[stream.Part]]:
    """Lay the clips on a noisy stream; raise CannotMeasure."""
    noises = [load_clip(path) for path in sorted(noise.folder.glob("*.flac"))]
    if not noises:
        raise CannotMeasure(f"there is no *.flac in {noise.folder}")
    samples, parts = stream.join([stream.level(clip) for clip in clips], stream.gaps(len(clips)))
    return stream.under(samples, noises, noise.snr_db), parts


def told(parts: Sequence[stream.Part], endings: Sequence[Ending]) -> dict[str, Any]:
    """Return what a list of endings means for the clips of a stream."""
    by_clip = [[e for e in endings if part.start <= e.middle < part.end] for part in parts]
    followed = zip(by_clip, [*(part.speech_start for part in parts[1:]), NEVER], strict=True)
    last = [(part, mine[-1]) for part, mine in zip(parts, by_clip, strict=True) if mine]
    noticed = [to_ms(ending.noticed - part.speech_end) for part, ending in last]
    final = [to_ms(ending.final - part.speech_end) for part, ending in last]
    late = [to_ms(ending.final - ending.noticed) for ending in endings]
    return {
        "cut": sum(len(mine) > 1 for mine in by_clip),
        "still_cut": sum(not all(ending.goes_on for ending in mine[1:]) for mine in by_clip),
        "run_together": sum(bool(mine) and mine[0].goes_on for mine in by_clip),
        "unheard": sum(not mine for mine in by_clip),
        "clipped": sum(
            bool(mine) and mine[0].spoken.start > part.speech_start
            for part, mine in zip(parts, by_clip, strict=True)
        ),
        "missed": len(parts) - sum(_was_noticed(mine, then) for mine, then in followed),
        "endpoint_ms": _percentiles(noticed),
        "final_after_end_of_speech_ms": _percentiles(final),
        "after_endpoint_ms": _percentiles(late),
    }


def heard(samples: Samples) -> Iterator[tuple[AudioChunk, int]]:
    """Yield a stream's whole chunks, each with the end of the block in which it is heard."""
    pace, until = Pace(), 0
    for start in range(0, len(samples) - CHUNK_SAMPLES + 1, CHUNK_SAMPLES):
        if start == until:
            until = start + pace.chunks * CHUNK_SAMPLES
            pace.heard(samples[start:until])
        yield AudioChunk(samples[start : start + CHUNK_SAMPLES], start), until


def _gate(settings: config.Config, usual_ms: int) -> config.Gate:
    return msgspec.structs.replace(settings.gate, hangover_ms=usual_ms)


def _was_noticed(mine: Sequence[Ending], then: int) -> bool:
    return bool(mine) and mine[-1].noticed <= then


def _percentiles(values_ms: Sequence[int]) -> dict[str, int]:
    if not values_ms:
        return {"p50": 0, "p95": 0}
    return {f"p{share}": round(float(np.percentile(values_ms, share))) for share in (50, 95)}
