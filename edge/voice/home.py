"""`python -m edge.voice.home`: the house's voice. Text comes by a pair of sockets, sound goes back.

It has no loudspeaker and no microphone; whoever sent the text plays the sound, in another place, so
there is no echo of it to tell anybody. Before the seal a failure is one sentence on stderr.
"""

import argparse
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import numpy as np
import soxr

from edge import config, seal
from edge.clock import SAMPLE_RATE_HZ
from edge.messages import Speak
from edge.signals import BLOCK_SAMPLES, AudioChunk
from edge.slot import STEPS, End, Signal, records
from edge.voice.espeak import Espeak, NoEngine

TOLD_FD, READY_FD, STDERR_FD = 0, 1, 2
PACKET_BYTES: Final = 4096
READY: Final = b"\n"


def main(argv: Sequence[str]) -> int:
    """Be born and sealed, then make sound of text until nobody asks any more."""
    parser = argparse.ArgumentParser(prog="python -m edge.voice.home")
    parser.add_argument("--pair-fd", type=int, required=True)
    parser.add_argument("--settings", default="")
    arguments = parser.parse_args(argv)
    settings = config.from_argument(arguments.settings).voice
    pair = socket.socket(fileno=arguments.pair_fd)
    try:
        engine = Espeak(settings.voice, settings.speed_wpm)
        for _ in spoken(engine, "ready"):  # all that is loaded when first needed is there
            pass
        engine.make_ready_for_the_seal()
    except (NoEngine, OSError) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    seal.give_back_memory()
    seal.close_all_but({TOLD_FD, READY_FD, STDERR_FD, pair.fileno()})
    seal.silence_stderr()
    seal.seal("voice", writable_fds={READY_FD, pair.fileno()})
    os.write(READY_FD, READY)
    while packet := pair.recv(PACKET_BYTES):
        speak = msgspec.msgpack.decode(packet, type=Speak)
        for sequence, signal in enumerate(spoken(engine, speak.text)):
            for record in records(signal, epoch=speak.number, sequence=sequence):
                pair.send(record)
    return 0


def spoken(engine: Espeak, text: str) -> Iterator[Signal]:
    """Yield the sound of a text, block by block at 16 kHz, and then its end."""
    sound = soxr.resample(engine.sound(text), engine.rate_hz, SAMPLE_RATE_HZ)
    for begin in range(0, len(sound), BLOCK_SAMPLES):
        block = (sound[begin : begin + BLOCK_SAMPLES] / STEPS).astype(np.float32)
        yield AudioChunk(block, begin)
    yield End(len(sound))


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
