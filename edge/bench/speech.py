"""How well and how soon is speech understood, inside the sealed chamber and beside others?

The clips are one stream (`edge/bench/conditions.py`). The chamber hears it through the whole sealed
tree, and its transcripts are scored; then engines get the clips one by one, cut out of that stream,
in turn. How late a transcript is, which the stream's own clock cannot tell, is found as in
`offrecord bench turn`: by the chamber's own parts, with the time that each recognition took.
"""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import soundfile

from edge import config, tune
from edge.bench import noise, peers, play, rooms, stream, turn, wer
from edge.bench.boards import BOARDS, throttled
from edge.bench.clips import Clip, load_clip, read_manifest
from edge.bench.conditions import CLEAN, Condition, Noise, conditions
from edge.capture.sources import describe
from edge.chamber.asr import Recogniser
from edge.clock import SAMPLE_RATE_HZ
from edge.launcher.births import Run
from edge.messages import SealState, Shown, Transcript
from edge.signals import Samples, Utterance
from models import manifest

DESKTOP: Final = "desktop"
AS_SHIPPED: Final = config.Config()
QUIET_MIN: Final = len(rooms.KINDS)
NOISY_MIN: Final = 60
"""Minutes without speech in which false starts are counted: one of each kind, or an hour."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to measure."""

    manifest: Path
    """JSON lines with `file` and `text`."""
    settings: config.Config = AS_SHIPPED
    noise: Noise | None = None
    room: bool = False
    board: str = DESKTOP
    others: peers.Others | None = None


def measure(asked: Asked) -> dict[str, Any]:
    """Return the first condition's figures, and where there are several, a list of all."""
    settings = tune.applied(asked.settings)
    clips = read_manifest(asked.manifest, Clip, ("file", "text"))
    sounds = [load_clip(asked.manifest.parent / clip.file) for clip in clips]
    judging = judge(clips)
    with throttled(BOARDS[asked.board]) as how:
        rows = [
            _measured(condition, asked, settings, judging)
            for condition in conditions(sounds, asked.noise, room=asked.room)
        ]
        unspoken = noise.measure(
            NOISY_MIN if asked.noise else QUIET_MIN,
            folder=asked.noise.folder if asked.noise else None,
            settings=settings,
        )
    return {
        "model": f"{settings.recogniser.weights} {settings.recogniser.precision}",
        "board": asked.board,
        "throttled": how,
        "clips": len(clips),
        "audio_s": round(sum(map(len, sounds)) / SAMPLE_RATE_HZ, 1),
        "false_starts_per_hour": unspoken["false_starts_per_hour"],
        **rows[0],
        **({"conditions": rows} if len(rows) > 1 else {}),
    }


def _measured(
    condition: Condition, asked: Asked, settings: config.Config, judge: peers.Judge
) -> dict[str, Any]:
    said = sealed(condition, settings)
    engines = peers.measure(condition.clips, settings.recogniser, asked.others, judge)
    if condition.name == CLEAN and asked.board == DESKTOP:
        engines.append(_full_window(condition.clips, settings, judge))
    return {
        "condition": condition.name,
        **judge(said.words.texts),
        "utterances": said.utterances,
        **_timely(condition, settings, is_throttled=asked.board != DESKTOP),
        "cpu_s_per_audio_s": engines[0]["cpu_s_per_audio_s"],
        "rss_mb": engines[0]["rss_mb"],
        "sealed": said.sealed,
        "engines": engines,
    }


@dataclass
class _Said:
    """What the sealed chamber said of a stream."""

    words: stream.Words
    utterances: int = 0
    sealed: dict[str, str] = field(default_factory=dict)


def judge(clips: Sequence[Clip]) -> peers.Judge:
    normalise = wer.load_normaliser(manifest.folder() / "whisper-normaliser")

    def judge(texts: Sequence[str]) -> dict[str, Any]:
        pairs = [(clip.text, text) for clip, text in zip(clips, texts, strict=True)]
        score = wer.score(pairs, normalise)
        return {"wer": round(score.wer, 4), "runaway": score.runaway}

    return judge


def sealed(condition: Condition, settings: config.Config) -> _Said:
    """Have the chamber hear a stream, as fast as it can."""
    said = _Said(stream.Words([part.start for part in condition.parts]))

    def show(message: Shown) -> None:
        if isinstance(message, SealState):
            said.sealed[message.process] = message.level
        elif isinstance(message, Transcript):
            said.utterances += not message.goes_on
            said.words.take(message)

    # The stream is written where only this bench's own temporary folder is, and removed with it.
    with tempfile.TemporaryDirectory(prefix="offrecord-bench-") as folder:
        file = Path(folder) / "stream.wav"
        soundfile.write(file, condition.samples, SAMPLE_RATE_HZ, subtype="PCM_16")
        # A stream twenty times faster than life says as much as twenty days: the budget is not
        # what is measured here.
        limits = config.Airlock(rate_bytes_s=4096, burst_bytes=1 << 20)
        play(
            Run(
                config=msgspec.structs.replace(settings, airlock=limits),
                sources=[describe("audio", str(file), settings)],
                data=Path(folder) / "notes",
                fast=True,
            ),
            show,
        )
    return said


def _timely(condition: Condition, settings: config.Config, *, is_throttled: bool) -> dict[str, Any]:
    """Return how late transcripts are, and how many beginnings and ends of speech were lost."""
    listener = turn.Listener(
        condition.samples, settings, time.perf_counter if is_throttled else time.thread_time
    )
    model = settings.recogniser.weights
    recogniser = Recogniser.load(lambda file: manifest.read(model, file), settings.recogniser)
    recogniser.warm_up()
    told = turn.told(condition.parts, listener.endings(recogniser))
    return {
        "final_after_end_of_speech_ms": told["final_after_end_of_speech_ms"],
        "after_endpoint_ms": told["after_endpoint_ms"],
        "onsets_clipped": told["clipped"],
        "endpoints_missed": told["missed"],
        "clips_cut": told["cut"],
        "clips_still_cut": told["still_cut"],
    }


def _full_window(
    clips: Sequence[Samples], settings: config.Config, judge: peers.Judge
) -> dict[str, Any]:
    """Return a row of the same weights over whole 30 s windows, outside of the seal."""
    model = settings.recogniser.weights
    recogniser = Recogniser.load(
        lambda file: manifest.read(model, file), settings.recogniser, full_window=True
    )
    began_s = time.process_time()
    texts = [recogniser.recognise(Utterance(clip, 0, 0, len(clip))).text for clip in clips]
    spent_s = time.process_time() - began_s
    audio_s = sum(map(len, clips)) / SAMPLE_RATE_HZ
    return {
        "name": "full-window", **judge(texts), "cpu_s_per_audio_s": round(spent_s / audio_s, 4)
    }  # fmt: skip
