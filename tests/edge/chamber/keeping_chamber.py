"""A chamber like the real one, but for a list: it keeps a copy of all that comes in.

Started as a program in its place, to show that the canary test can fail.
"""

import sys
from collections.abc import Iterator, Sequence

import numpy as np

from edge.chamber import __main__ as chamber
from edge.chamber.doors import Exit, Slot, as_they_come
from edge.chamber.loop import Senses, run_live
from edge.messages import Ended
from edge.signals import AudioChunk, Frame, Pixels, Samples
from edge.slot import Signal

KEPT: list[Samples | Pixels] = []


def keeping(slots: Sequence[Slot]) -> Iterator[Signal]:
    for signal in as_they_come(slots):
        if isinstance(signal, AudioChunk):
            KEPT.append(np.array(signal.samples))
        elif isinstance(signal, Frame):
            KEPT.append(np.array(signal.pixels))
        yield signal


def keep_all(slots: Sequence[Slot], senses: Senses, exit_: Exit, _lockstep: int) -> Ended:
    return run_live(keeping(slots), senses, exit_)


if __name__ == "__main__":
    sys.exit(chamber.main(keep_all))
