"""What does listening cost while nobody speaks, and how soon is it noticed that somebody does?

A quiet room, noise and, where a manifest names clips, speech are played from a file in real time
through the whole sealed tree; a microphone costs what PortAudio and the sound server's library do
besides. Processor time is the kernel's, of each process; what each spends on its birth and on the
first seconds does not count.
"""

import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

from edge import config
from edge.bench import CannotMeasure, play, rooms, stream
from edge.bench.clips import Clip, load_clip, read_manifest
from edge.capture.sources import describe
from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.launcher.births import Run
from edge.messages import SealState, Shown, SourceState, SpeechStarted, Transcript, Unclear
from edge.signals import Samples

SETTLE_S: Final = 5.0
"""The noise floor is that of the last three seconds, and a warm-up is no idling."""
ROOM_DB: Final = -62.0
"""A quiet room by an ordinary microphone, its own noise included."""
ONSETS: Final = 24
"""Clips whose first word is waited for."""
ONSET_CLIP_S: Final = 2.5
"""So much of each is played."""
ONSET_GAP_S: Final = 2.5
LOUD_FRAMES: Final = 10
LISTENING: Final = ("chamber", "capture.audio")
TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")


def measure(
    seconds: int, noise: Path | None = None, manifest: Path | None = None
) -> dict[str, Any]:
    """Play each kind of sound for so long. Raises CannotMeasure."""
    if seconds < 1:
        raise CannotMeasure("a bench of nothing measures nothing: --seconds 1 or more")
    length = to_samples(seconds + SETTLE_S + 3.0)
    result: dict[str, Any] = {"seconds": seconds}
    for name, sound in (("quiet", quiet(length)), ("noise", noisy(length, noise))):
        heard = _Heard(seconds)
        _listen(sound, heard)
        result[name] = heard.cost()
    if manifest:
        result["onset_ms"] = _onsets(manifest)
    return result


def quiet(samples: int) -> Samples:
    """Return a quiet room, float32 (samples,)."""
    hiss = np.random.default_rng(rooms.SEED).standard_normal(samples).astype(np.float32)
    return stream.level(hiss, ROOM_DB)


def noisy(samples: int, folder: Path | None) -> Samples:
    """Return the sounds of a folder one after the other, without one what a seed makes."""
    if folder is None:
        seconds = samples / SAMPLE_RATE_HZ / len(rooms.KINDS)
        sounds = [rooms.minute(kind, rooms.SEED, seconds) for kind in rooms.KINDS]
    else:
        sounds = [load_clip(path) for path in sorted(folder.glob("*.flac"))]
    if not sounds:
        raise CannotMeasure(f"there is no *.flac in {folder}")
    each = -(-samples // len(sounds))
    return np.concatenate([np.resize(sound, each) for sound in sounds])[:samples]


@dataclass
class _Heard:
    """What the launcher tells of one run."""

    seconds: float
    pids: dict[str, int] = field(default_factory=dict)
    starts: list[tuple[int, float]] = field(default_factory=list)
    """Stream's milliseconds and the monotonic clock at which it was told."""
    utterances: int = 0
    clock: tuple[int, float] = (0, 0.0)
    _before: Mapping[str, float] = field(default_factory=dict)
    _after: Mapping[str, float] = field(default_factory=dict)
    _span_s: float = 0.0

    def show(self, message: Shown) -> None:
        if isinstance(message, SealState):
            self.pids[message.process] = message.pid
        elif isinstance(message, SpeechStarted):
            self.starts.append((message.at_ms, time.monotonic()))
        elif isinstance(message, Transcript | Unclear):
            self.utterances += 1
        elif isinstance(message, SourceState) and message.phase == "running":
            self._at(message.samples / SAMPLE_RATE_HZ)
            self.clock = message.samples, message.monotonic_s

    def _at(self, stream_s: float) -> None:
        if not self._before and stream_s >= SETTLE_S:
            self._before, self._span_s = self._spent(), -stream_s
        elif self._before and not self._after and stream_s + self._span_s >= self.seconds:
            self._after = self._spent()
            self._span_s += stream_s

    def _spent(self) -> dict[str, float]:
        return {process: cpu_s(pid) for process, pid in self.pids.items()}

    def cost(self) -> dict[str, Any]:
        """Return the share of a core, in percent, of each process."""
        if not self._after:
            raise CannotMeasure("the run ended before it was measured")
        percent = {
            process: round(100 * (spent_s - self._before.get(process, 0.0)) / self._span_s, 2)
            for process, spent_s in self._after.items()
        }
        listening = round(sum(percent.get(process, 0.0) for process in LISTENING), 2)
        return {
            "listening_percent": listening,
            "listening_cpu_s_per_hour": round(36 * listening),
            "percent": percent,
            "false_starts": len(self.starts),
            "utterances": self.utterances,
        }


def cpu_s(pid: int) -> float:
    """Return the processor time of a process, its ended threads' too."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def _listen(sound: Samples, heard: _Heard) -> None:
    settings = config.Config()
    with tempfile.TemporaryDirectory(prefix="offrecord-bench-") as folder:
        file = Path(folder) / "stream.wav"
        soundfile.write(file, sound, SAMPLE_RATE_HZ, subtype="PCM_16")
        play(
            Run(settings, [describe("audio", str(file), settings)], Path(folder) / "notes"),
            heard.show,
        )


def _onsets(manifest: Path) -> dict[str, int]:
    """Return how long after each clip's first loud sound it was told that somebody speaks."""
    rows = read_manifest(manifest, Clip, ("file", "text"))[:ONSETS]
    whole = [stream.level(load_clip(manifest.parent / row.file)) for row in rows]
    clips = [clip[: to_samples(ONSET_CLIP_S)] for clip in whole]
    sound, parts = stream.join(clips, [ONSET_GAP_S] * len(clips))
    heard = _Heard(0)
    _listen(np.clip(sound + quiet(len(sound)), -1, 1), heard)
    samples, monotonic_s = heard.clock
    zero_s = monotonic_s - samples / SAMPLE_RATE_HZ
    late_ms = []
    for part, clip in zip(parts, clips, strict=True):
        began_s = (part.start + first_loud(clip)) / SAMPLE_RATE_HZ
        ours = range(part.start, part.end)
        told = [s - zero_s - began_s for ms, s in heard.starts if to_samples(ms / 1000) in ours]
        late_ms += [1000 * told[0]] if told else []
    found = {f"p{share}": round(float(np.percentile(late_ms, share))) for share in (50, 95)}
    return {**found, "clips": len(parts), "noticed": len(late_ms)}


def first_loud(clip: Samples) -> int:
    """Return where a clip first is loud for `LOUD_FRAMES`, to 10 ms: no click of the lips.

    Loud is what is within 20 dB of its loudest frame.
    """
    frames = clip[: len(clip) // stream.FRAME_SAMPLES * stream.FRAME_SAMPLES]
    powers = np.mean(frames.reshape(-1, stream.FRAME_SAMPLES) ** 2, axis=1)
    is_loud = (powers > powers.max() / 100).astype(int)
    whole = np.convolve(is_loud, np.ones(LOUD_FRAMES, int), mode="valid") == LOUD_FRAMES
    return int(np.argmax(whole)) * stream.FRAME_SAMPLES
