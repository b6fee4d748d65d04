"""A process that infers when asked and says how long it took: one half of `edge/bench/seal.py`.

It is born as a chamber is, and seals itself when asked to: it is timed before and after.
"""

import argparse
import os
import struct
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from time import perf_counter_ns, process_time_ns
from typing import Final

import soundfile

from edge import config, seal
from edge.chamber.asr import Recogniser
from edge.chamber.shelf import Shelf
from edge.chamber.voice_activity import Silero
from edge.chamber.whisper import Rows
from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.signals import CHUNK_SAMPLES, Samples, Utterance

READY: Final = b"R"
ANSWER: Final = struct.Struct("<qq")
"""Nanoseconds that what was asked for took, and nanoseconds of processor time in all threads."""
SEAL: Final = b"x"
"""Asked once; all works are asked for by one letter."""
ASKS_FD, ANSWERS_FD = 0, 1
Work = Callable[[], object]


def main() -> int:
    """Load, then do one piece of work for each byte that comes, or seal."""
    arguments = _arguments()
    sound = _sound(arguments.sound, arguments.start_s, arguments.end_s)
    shelf = Shelf()
    works = load(shelf, sound)
    for work in works.values():
        work()
    seal.close_all_but({ASKS_FD, ANSWERS_FD, 2, *shelf.kept})
    seal.silence_stderr()
    works[SEAL] = lambda: seal.seal("chamber", writable_fds={ANSWERS_FD})
    os.write(ANSWERS_FD, READY)
    while asked := os.read(ASKS_FD, 1):
        work = works[asked]
        began_ns, worked_ns = perf_counter_ns(), process_time_ns()
        work()
        spent_ns, worked_ns = perf_counter_ns() - began_ns, process_time_ns() - worked_ns
        os.write(ANSWERS_FD, ANSWER.pack(spent_ns, worked_ns))
    return 0


def load(shelf: Shelf, sound: Samples) -> dict[bytes, Work]:
    """Return what can be asked for: by `s` the small network, by `w` the large one."""
    recogniser = config.Config().recogniser
    silero = Silero(shelf.take("silero-vad", "silero_vad.onnx"), 1)
    whisper = Recogniser.load(
        lambda file: shelf.take(recogniser.weights, file),
        recogniser,
        embedding=Rows(shelf.keep(recogniser.weights, "embedding.npy")),
    )
    chunks = [sound[n : n + CHUNK_SAMPLES] for n in range(0, SAMPLE_RATE_HZ, CHUNK_SAMPLES)]
    whole = [chunk for chunk in chunks if len(chunk) == CHUNK_SAMPLES]
    starts = count()

    def second() -> None:
        silero.reset()
        for chunk in whole:
            silero.probability(chunk)

    def sentence() -> None:
        start = next(starts)  # another place, so that it is computed again
        whisper.recognise(Utterance(sound, start, start, start + len(sound)))

    return {b"s": second, b"w": sentence}


def _sound(path: Path, start_s: float, end_s: float) -> Samples:
    """Return a stretch of a file of 16 kHz, float32 (n,)."""
    sound: Samples
    sound, rate_hz = soundfile.read(path, dtype="float32")
    assert rate_hz == SAMPLE_RATE_HZ
    return sound[to_samples(start_s) : to_samples(end_s)].copy()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m edge.bench.inference")
    parser.add_argument("--sound", type=Path, required=True)
    parser.add_argument("--start-s", type=float, required=True)
    parser.add_argument("--end-s", type=float, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
