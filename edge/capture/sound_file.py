"""A sound file -> 16 kHz mono, a second in memory at a time.

Whatever libsndfile knows: wav (also float), flac, ogg, opus, mp3, aiff, au and more.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from edge.capture import BadSource
from edge.capture.chunks import Chunker, to_mono
from edge.capture.pace import Pace
from edge.capture.sources import shown
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import BLOCK_SAMPLES, CHUNK_SAMPLES, AudioChunk, Samples
from edge.slot import End

READ_CHUNKS: Final = 30
"""0.96 s: to read costs the same however little it is, and so many are whole blocks of any pace."""


class _Forwards(soundfile.SoundFile):  # type: ignore[misc]  # it comes without types
    """Read on without the seek that soundfile does after each block: in an mp3 it clicks."""

    def seekable(self) -> bool:
        return False


def signals(path: Path, skip: int, pace: Pace | None = None) -> Iterator[AudioChunk | End]:
    """Yield the file's sound from position `skip` (samples of 16 kHz), then its end.

    Chunk by chunk; with a pace in blocks, as a microphone gives it.

    Raises BadSource.
    """
    chunker = None
    try:
        with _Forwards(path) as file:
            if not file.frames:
                raise BadSource(f"{shown(path)} holds no sound")
            if skip:
                file.seek(min(file.frames, skip * file.samplerate // SAMPLE_RATE_HZ))
            chunker = Chunker(file.samplerate, skip, BLOCK_SAMPLES if pace else CHUNK_SAMPLES)
            while len(mono := _read(file)):
                for block in _paced(mono, pace, file.samplerate) if pace else (mono,):
                    yield from chunker.feed(block)
            yield from chunker.feed(np.zeros(0, np.float32), last=True)
    except soundfile.SoundFileError:
        raise BadSource(_complaint(path, chunker)) from None
    yield End(chunker.position)


def _read(file: soundfile.SoundFile) -> Samples:
    """Return what comes next, at the file's own rate."""
    frames = max(1, READ_CHUNKS * CHUNK_SAMPLES * file.samplerate // SAMPLE_RATE_HZ)
    return to_mono(file.read(frames, dtype="float32", always_2d=True))


def _paced(mono: Samples, pace: Pace, rate_hz: int) -> Iterator[Samples]:
    """Yield it in pieces, each as long as the pace asks for after the one before."""
    begin = 0
    while begin < len(mono):
        frames = max(1, pace.chunks * CHUNK_SAMPLES * rate_hz // SAMPLE_RATE_HZ)
        piece = mono[begin : begin + frames]
        pace.heard(piece)
        yield piece
        begin += frames


def _complaint(path: Path, chunker: Chunker | None) -> str:
    if chunker is None:
        return f"{shown(path)} is no sound file that can be read (wav, flac, ogg, opus, mp3, aiff)"
    return f"{shown(path)} is damaged after {chunker.position / SAMPLE_RATE_HZ:.1f} s"
