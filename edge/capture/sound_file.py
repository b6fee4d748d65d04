"""A sound file -> 16 kHz mono, a quarter of a second in memory at a time.

Whatever libsndfile knows: wav (also float), flac, ogg, opus, mp3, aiff, au and more.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile

from edge.capture import BadSource
from edge.capture.chunks import Chunker, to_mono
from edge.capture.pace import Pace
from edge.capture.sources import shown
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import BLOCK_SAMPLES, CHUNK_SAMPLES, AudioChunk
from edge.slot import End

BLOCKS_PER_S: Final = 4


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
            while len(block := _read(file, pace)):
                mono = to_mono(block)
                if pace:
                    pace.heard(mono)
                yield from chunker.feed(mono)
            yield from chunker.feed(np.zeros(0, np.float32), last=True)
    except soundfile.SoundFileError:
        raise BadSource(_complaint(path, chunker)) from None
    yield End(chunker.position)


def _read(file: soundfile.SoundFile, pace: Pace | None) -> npt.NDArray[np.float32]:
    """Return what comes next, float32 (frames, channels), at the file's own rate."""
    frames = file.samplerate // BLOCKS_PER_S
    if pace:
        frames = pace.chunks * CHUNK_SAMPLES * file.samplerate // SAMPLE_RATE_HZ
    block: npt.NDArray[np.float32] = file.read(max(1, frames), dtype="float32", always_2d=True)
    return block


def _complaint(path: Path, chunker: Chunker | None) -> str:
    if chunker is None:
        return f"{shown(path)} is no sound file that can be read (wav, flac, ogg, opus, mp3, aiff)"
    return f"{shown(path)} is damaged after {chunker.position / SAMPLE_RATE_HZ:.1f} s"
