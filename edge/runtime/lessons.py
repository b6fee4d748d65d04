"""What have the wearer's corrections taught? One small file of numbers, no words.

Of each kind of sentence it counts how often the wearer said that one was meant, or was not; that
alone moves what is taken of the kind (`addressee.LEANING`), with a mind and without. Beside it
stand the mind's own numbers. Whoever deletes the file while a companion runs is obeyed.
"""

import contextlib
from pathlib import Path
from typing import Final

import msgspec

from edge import whole_file
from edge.addressee import LEANING, Leanings
from edge.messages import Steps
from edge.recall.asking import Kind

FILE_NAME: Final = "addressee.json"
"""In the data folder."""
MOST_LEANING: Final = 2 * LEANING
"""So many corrections the other way undo all that was learnt of a kind."""


class Count(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Corrections of one kind of sentence."""

    meant: int = 0
    """Sentences that were for the companion and had not been taken."""
    not_meant: int = 0
    """Sentences that had been taken and were for somebody else."""
    leaning: int = 0
    """Above 0 towards the companion."""

    def corrected(self, *, was_meant: bool) -> "Count":
        """Return the count after one more."""
        leaning = self.leaning + (1 if was_meant else -1)
        return Count(
            self.meant + was_meant,
            self.not_meant + (not was_meant),
            max(-MOST_LEANING, min(MOST_LEANING, leaning)),
        )


class Learning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file holds."""

    steps: Steps = ()
    """How far corrections have moved the mind's weights, in millionths."""
    kinds: dict[Kind, Count] = {}


class Lessons:
    """The file, and what was last read of it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._learnt = load(self._path)
        self._read_at = _state(self._path)

    @property
    def steps(self) -> Steps:
        """The mind's numbers."""
        return self._learnt.steps

    @property
    def leanings(self) -> Leanings:
        """Of each kind, how much it leans towards the companion."""
        return {kind: count.leaning for kind, count in self._learnt.kinds.items()}

    def refresh(self) -> bool:
        """Read the file again if somebody else has changed or deleted it; say whether."""
        if _state(self._path) == self._read_at:
            return False
        self._learnt, self._read_at = load(self._path), _state(self._path)
        return True

    def correct(self, kind: Kind, *, was_meant: bool) -> bool:
        """Count a correction; False when the disk would not keep it."""
        count = self._learnt.kinds.get(kind, Count()).corrected(was_meant=was_meant)
        return self._keep(Learning(self._learnt.steps, {**self._learnt.kinds, kind: count}))

    def keep_steps(self, steps: Steps) -> bool:
        """Keep the mind's numbers; False when the disk would not."""
        return self._keep(Learning(steps, self._learnt.kinds))

    def _keep(self, learnt: Learning) -> bool:
        self._learnt = learnt
        kept = store(self._path, learnt)
        self._read_at = _state(self._path)
        return kept


def load(path: Path) -> Learning:
    """Return what was learnt; nothing where there is no file, or none that can be read."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(path.read_bytes(), type=Learning)
    return Learning()


def store(path: Path, learning: Learning) -> bool:
    """Write what was learnt; False when the disk would not take it."""
    with contextlib.suppress(OSError):
        whole_file.write(path, msgspec.json.encode(learning))
        return True
    return False


def _state(path: Path) -> tuple[int, int] | None:
    """Return what changes when a file does; None of one that is not there."""
    with contextlib.suppress(OSError):
        found = path.stat()
        return found.st_mtime_ns, found.st_size
    return None
