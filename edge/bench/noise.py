"""How often does nobody's voice count as somebody's? Hours without speech, through the real thing.

Generated rooms (`edge/bench/rooms.py`) and, where a folder is named, recordings are one stream,
which the whole sealed tree hears as fast as it can. Another seed makes other rooms; that of a
minute is the seed plus its number, so seeds that differ by a multiple of the kinds share minutes.
"""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import soundfile

from edge import config
from edge.bench import CannotMeasure, play, rooms
from edge.bench.conditions import load_noises
from edge.capture.sources import describe
from edge.clock import SAMPLE_RATE_HZ
from edge.launcher.births import Run
from edge.messages import Shown, SpeechStarted, Transcript
from edge.signals import Samples

AS_SHIPPED = config.Config()


def measure(
    minutes: int,
    seed: int = rooms.SEED,
    folder: Path | None = None,
    settings: config.Config = AS_SHIPPED,
) -> dict[str, Any]:
    """Have so many minutes heard, then the recordings of a folder. Raises CannotMeasure."""
    if minutes < 1:
        raise CannotMeasure("a bench of nothing measures nothing: --minutes 1 or more")
    heard = _Heard()
    with tempfile.TemporaryDirectory(prefix="offrecord-bench-") as scratch:
        file = Path(scratch) / "stream.wav"
        length = _write(file, heard.noting(_stream(minutes, seed, folder)))
        # Hours that are heard in seconds say as much as in hours: their pace is not measured here.
        limits = config.Airlock(rate_bytes_s=4096, burst_bytes=1 << 20)
        wanted = msgspec.structs.replace(settings, airlock=limits)
        source = describe("audio", str(file), wanted)
        play(Run(wanted, [source], Path(scratch) / "notes", fast=True), heard.show)
    hours = length / SAMPLE_RATE_HZ / 3600
    return {
        "minutes": round(60 * hours, 1),
        "seed": seed,
        "false_starts": len(heard.starts),
        "transcripts": heard.transcripts,
        "false_starts_per_hour": round(len(heard.starts) / hours, 2),
        "starts": [heard.place(at_ms) for at_ms in heard.starts],
    }


@dataclass
class _Heard:
    """What the launcher tells of the run."""

    starts: list[int] = field(default_factory=list)
    transcripts: int = 0
    _begins: list[tuple[float, str]] = field(default_factory=list)
    """Where each sound begins in the stream, in seconds, and what it is."""

    def noting(self, sounds: Iterable[tuple[str, Samples]]) -> Iterator[Samples]:
        """Pass the sounds on, and remember where each begins."""
        length = 0
        for name, sound in sounds:
            self._begins.append((length / SAMPLE_RATE_HZ, name))
            length += len(sound)
            yield sound

    def show(self, message: Shown) -> None:
        if isinstance(message, SpeechStarted):
            self.starts.append(message.at_ms)
        elif isinstance(message, Transcript):
            self.transcripts += 1

    def place(self, at_ms: int) -> dict[str, Any]:
        """Return which sound a moment lies in, so that it can be heard again."""
        at_s = at_ms / 1000
        begin_s, name = max(each for each in self._begins if each[0] <= at_s)
        return {"at_s": round(at_s, 2), "sound": name, "within_s": round(at_s - begin_s, 2)}


def _stream(minutes: int, seed: int, folder: Path | None) -> Iterator[tuple[str, Samples]]:
    yield from rooms.minutes(minutes, seed)
    for sound in load_noises(folder) if folder else ():
        yield "recording", sound


def _write(file: Path, sounds: Iterable[Samples]) -> int:
    """Write a stream piece by piece, for an hour is a quarter of a gigabyte; return its samples."""
    with soundfile.SoundFile(
        file, "w", samplerate=SAMPLE_RATE_HZ, channels=1, subtype="PCM_16"
    ) as out:
        for sound in sounds:
            out.write(sound)
        return int(out.tell())
