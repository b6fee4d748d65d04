"""What the user runs to measure. Every figure of the README comes from a command in here."""

import asyncio
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import soundfile
import soxr

from edge import config, scene, wer
from edge.boards import BOARDS, throttled, tree_pss_bytes
from edge.capture.sources import Source, describe
from edge.chamber.asr import Recogniser
from edge.launcher import Launcher, Run
from edge.messages import Reply, SealState, Shown, SourceKind, Summary, Transcript
from edge.signals import SAMPLE_RATE_HZ, Samples, Utterance, to_samples
from models import manifest

GAP_S: Final = 2.0
"""Silence between two clips: longer than any endpoint."""
PSS_EVERY_S: Final = 0.5


class CannotMeasure(RuntimeError):
    """The bench cannot run; the message says why."""


def play(run: Run, show: Callable[[Shown], None]) -> Summary | None:
    """Run the whole sealed process tree over a run's sources."""
    return asyncio.run(Launcher(run, show).launch())


def sources(shown: scene.Scene) -> list[Source]:
    """Return what a scene is heard and seen with."""
    media: tuple[tuple[SourceKind, Path | None], ...] = (
        ("audio", shown.audio),
        ("video", shown.pictures),
    )
    return [describe(kind, str(path), config.Config()) for kind, path in media if path]


# --- speech ------------------------------------------------------------------------------------


class Clip(msgspec.Struct, frozen=True):
    """One line of a speech manifest; further keys are ignored."""

    file: str
    text: str


def read_manifest(path: Path) -> list[Clip]:
    """Return the clips of a manifest; raise CannotMeasure."""
    try:
        lines = path.read_text("utf-8").splitlines()
        return [msgspec.json.decode(line, type=Clip) for line in lines if line.strip()]
    except OSError:
        raise CannotMeasure(f"cannot read the manifest {path}") from None
    except msgspec.MsgspecError:
        raise CannotMeasure(f"{path} is no manifest: JSON lines with `file` and `text`") from None


def load_clip(path: Path) -> Samples:
    """Return a sound file as float32 mono samples at 16 kHz, shape (n,)."""
    try:
        sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError):
        raise CannotMeasure(f"cannot read the clip {path}") from None
    mono: Samples = soxr.resample(sound.mean(axis=1), rate_hz, SAMPLE_RATE_HZ).astype(np.float32)
    return mono


def speech(manifest_path: Path, settings: config.Config | None = None) -> dict[str, Any]:
    """Measure the word error rate inside the sealed chamber, and of full 30 s windows beside it.

    The clips are joined with 2 s of silence between them and heard as one stream.
    """
    settings = settings or config.Config()
    clips = read_manifest(manifest_path)
    sounds = [load_clip(manifest_path.parent / clip.file) for clip in clips]
    said = _sealed(sounds, settings)
    reference, reference_s = _full_window(sounds, settings)
    audio_s = sum(map(len, sounds)) / SAMPLE_RATE_HZ
    ours = _engine("offrecord", clips, said.texts, said.seconds, audio_s)
    full = _engine("full-window", clips, reference, reference_s, audio_s)
    return {
        "model": f"{settings.recogniser.model} {settings.recogniser.precision}",
        "wer": ours["wer"],
        "runaway": ours["runaway"],
        "utterances": said.utterances,
        "clips": len(clips),
        "audio_s": round(audio_s, 1),
        "sealed": said.sealed,
        "engines": [ours, full],
    }


@dataclass
class _Said:
    texts: list[str]
    utterances: int = 0
    sealed: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def _engine(
    name: str, clips: Sequence[Clip], texts: Sequence[str], seconds: float, audio_s: float
) -> dict[str, Any]:
    pairs = [(clip.text, text) for clip, text in zip(clips, texts, strict=True)]
    score = wer.score(pairs, wer.load_normaliser(manifest.folder() / "whisper-normaliser"))
    return {
        "name": name,
        "wer": round(100 * score.wer, 2),
        "runaway": score.runaway,
        "s_per_audio_s": round(seconds / audio_s, 4),
    }


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


# --- day ---------------------------------------------------------------------------------------


@dataclass
class Day:
    """The whole-product bar: all scenes through the sealed tree, in real time."""

    board: str
    throttled: str
    scenes: int = 0
    questions: int = 0
    answered_right: int = 0
    answered_wrong: int = 0
    unwanted_replies: int = 0
    question_end_to_first_word_ms: Mapping[str, float] = field(default_factory=dict)
    tree_pss_mb: int = 0
    ceiling_mb: int | None = None
    cpu_s_per_hour: int = 0
    bytes_out: int = 0
    audit: str = "pass"
    """`pass` where every process was sealed and the kernel's count of bytes equals the ledger's."""


def day(board_name: str, names: Sequence[str]) -> dict[str, Any]:
    """Play scenes one after the other under a board's limits and add them up."""
    board = BOARDS[board_name]
    latencies_ms: list[int] = []
    played_s = 0.0
    with throttled(board) as how:
        result = Day(board_name, how, ceiling_mb=board.memory_mb)
        cpu_before_s = _cpu_s()
        for name in names or scene.names():
            began_s = time.monotonic()
            _play_scene(scene.load(scene.folder(name)), result, latencies_ms)
            played_s += time.monotonic() - began_s
        result.cpu_s_per_hour = round((_cpu_s() - cpu_before_s) / played_s * 3600)
    if latencies_ms:
        p50, p95 = np.percentile(latencies_ms, [50, 95])
        result.question_end_to_first_word_ms = {"p50": round(p50), "p95": round(p95)}
    return asdict(result)


def _play_scene(shown: scene.Scene, result: Day, latencies_ms: list[int]) -> None:
    replies: list[scene.Answer] = []
    peak_bytes = 0
    clock = _Clock()

    def show(message: Shown) -> None:
        nonlocal peak_bytes
        if isinstance(message, Transcript):
            clock.ms = message.end_ms
        if isinstance(message, Reply) and not message.partial:
            replies.append(scene.Answer(clock.ms, message.text))
            if message.latency_ms >= 0:
                latencies_ms.append(message.latency_ms)
        if clock.is_due():
            peak_bytes = max(peak_bytes, tree_pss_bytes())

    with tempfile.TemporaryDirectory(prefix="offrecord-bench-") as notes:
        run = Run(
            config=config.Config(),
            sources=sources(shown),
            data=Path(notes),
            picture_s=shown.picture_s,
        )
        summary = play(run, show)
    score = scene.score(shown, replies)
    result.scenes += 1
    result.questions += score.questions
    result.answered_right += score.answered_right
    result.answered_wrong += score.answered_wrong
    result.unwanted_replies += score.unwanted_replies
    result.tree_pss_mb = max(result.tree_pss_mb, peak_bytes >> 20)
    result.bytes_out += summary.airlock_bytes if summary else 0
    if not summary or summary.counter != "equal":
        result.audit = "fail"


class _Clock:
    """The stream's clock as last heard of, and when memory is to be looked at next."""

    def __init__(self) -> None:
        self.ms = 0
        self._next_s = 0.0

    def is_due(self) -> bool:
        now_s = time.monotonic()
        due = now_s >= self._next_s
        if due:
            self._next_s = now_s + PSS_EVERY_S
        return due


def _cpu_s() -> float:
    """Return the processor time of this process and of its ended children."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


# --- output ------------------------------------------------------------------------------------


def report(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a bench's result: JSON, or one line a figure."""
    if as_json:
        print(json.dumps(result))
        return
    for key, value in _lines(result):
        print(f"{key:32} {value}")


def _lines(result: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in result.items():
        if isinstance(value, Mapping):
            yield from _lines(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            for row in value:
                yield f"{prefix}{key}", "  ".join(f"{k} {v}" for k, v in row.items())
        else:
            yield f"{prefix}{key}", value
