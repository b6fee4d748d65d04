"""Our recogniser behind the chamber's seal, asked as `edge/bench/peer.py` asks the others."""

import argparse
import json
import os
import sys
from time import perf_counter, process_time

import numpy as np

from edge import config, seal
from edge.bench.peer import LENGTH, WARM_UP_S
from edge.chamber.asr import Recogniser
from edge.chamber.shelf import Shelf
from edge.chamber.whisper import Rows
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import Samples, Utterance

ASKS_FD, ANSWERS_FD = 0, 1


def main() -> int:
    """Load, seal, then answer each sound with one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m edge.bench.ours")
    parser.add_argument("--settings", default="")
    settings = config.from_argument(parser.parse_args().settings).recogniser
    shelf = Shelf()
    recogniser = Recogniser.load(
        lambda file: shelf.take(settings.weights, file),
        settings,
        embedding=Rows(shelf.keep(settings.weights, "embedding.npy")),
    )
    recogniser.warm_up()
    recogniser.recognise(_whole(np.zeros(WARM_UP_S * SAMPLE_RATE_HZ, np.float32), 0))
    pages = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    asks = os.fdopen(ASKS_FD, "rb", closefd=False)
    seal.close_all_but({ASKS_FD, ANSWERS_FD, 2, pages, *shelf.kept})
    seal.silence_stderr()
    seal.seal("chamber", writable_fds={ANSWERS_FD})
    _answer({"missing": None})
    place = 0
    while head := asks.read(LENGTH.size):
        sound = np.frombuffer(asks.read(4 * LENGTH.unpack(head)[0]), np.float32)
        place += SAMPLE_RATE_HZ  # another one, so that it is computed again
        began_s, worked_s = perf_counter(), process_time()
        text = recogniser.recognise(_whole(sound, place)).text
        spent_s, worked_s = perf_counter() - began_s, process_time() - worked_s
        resident_bytes = int(os.pread(pages, 256, 0).split()[1]) * os.sysconf("SC_PAGESIZE")
        took = {"text": text, "ms": 1000 * spent_s, "cpu_s": worked_s}
        _answer({**took, "rss_mb": resident_bytes / 1e6})
    return 0


def _whole(sound: Samples, place: int) -> Utterance:
    return Utterance(sound, place, place, place + len(sound))


def _answer(answer: dict[str, object]) -> None:
    os.write(ANSWERS_FD, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
