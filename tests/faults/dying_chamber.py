"""A chamber that is born and sealed like any other, and ends as soon as it is to work."""

import os
import sys
from collections.abc import Sequence

from edge.chamber.__main__ import main
from edge.chamber.doors import Exit, Slot
from edge.chamber.loop import Senses
from edge.messages import Ended

EXIT = 7


def life(slots: Sequence[Slot], senses: Senses, exit_: Exit, lockstep: int) -> Ended:
    del slots, senses, exit_, lockstep
    os._exit(EXIT)


if __name__ == "__main__":
    sys.exit(main(life))
