"""A sound file -> 16 kHz mono chunks, a quarter of a second in memory at a time.

Whatever libsndfile knows: wav (also float), flac, ogg, opus, mp3, aiff, au and more.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from edge.capture import BadSource
from edge.capture.chunks import Chunker, to_mono
from edge.capture.sources import shown
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import AudioChunk
from edge.slot import End

BLOCKS_PER_S: Final = 4


class _Forwards(soundfile.SoundFile):  # type: ignore[misc]  # it comes without types
    """Read on without the seek that soundfile does after each block: in an mp3 it clicks."""

    def seekable(self) -> bool:
        return False


def signals(path: Path, skip: int) -> Iterator[AudioChunk | End]:
    """Yield the file's chunks from position `skip` (samples of 16 kHz), then its end.

    Raises BadSource.
    """
    chunker = None
    try:
        with _Forwards(path) as file:
            if not file.frames:
                raise BadSource(f"{shown(path)} holds no sound")
            if skip:
                file.seek(min(file.frames, skip * file.samplerate // SAMPLE_RATE_HZ))
            chunker = Chunker(file.samplerate, skip)
            block_frames = max(1, file.samplerate // BLOCKS_PER_S)
            while len(block := file.read(block_frames, dtype="float32", always_2d=True)):
                yield from chunker.feed(to_mono(block))
            yield from chunker.feed(np.zeros(0, np.float32), last=True)
    except soundfile.SoundFileError:
        raise BadSource(_complaint(path, chunker)) from None
    yield End(chunker.position)


def _complaint(path: Path, chunker: Chunker | None) -> str:
    if chunker is None:
        return f"{shown(path)} is no sound file that can be read (wav, flac, ogg, opus, mp3, aiff)"
    return f"{shown(path)} is damaged after {chunker.position / SAMPLE_RATE_HZ:.1f} s"
