"""Was a sentence for the companion, and what does a correction change? A linear layer; no I/O.

The weights that ship are in `head.toml`, which `python -m edge.mind.train` writes. A correction
moves them a bounded step, and all steps together stay within a bounded distance of what ships.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edge.recall.forms import NAMES, forms

Vector = NDArray[np.float64]
FILE: Final = Path(__file__).with_name("head.toml")
MEANING: Final = 5.0
"""The weight of meaning beside forms: an embedding's numbers are small."""
FURTHEST_MOVE: Final = 1.5
"""By so much log-odds one correction moves the sentence that it is about, at most."""
FURTHEST: Final = 2.0
"""Length of all steps together; the weights that ship are about 7 long."""
_MILLION: Final = 1_000_000


def features(embedding: Sequence[float] | NDArray[np.float32], text: str, *, after: bool) -> Vector:
    """Return what the head looks at: meaning, forms, whether a reply was just given, and a 1."""
    meaning = np.asarray(embedding, np.float64) * MEANING
    return np.concatenate([meaning, np.asarray(forms(text), np.float64), [float(after), 1.0]])


class Head:
    """The weights that ship and what was learnt beside them."""

    def __init__(self, document: str) -> None:
        """Read `head.toml`; raise ValueError when it is of another list of forms."""
        shipped: dict[str, Any] = tomllib.loads(document)
        if list(shipped["forms"]) != list(NAMES):
            raise ValueError("head.toml is of other forms; run `python -m edge.mind.train`")
        weights = [*shipped["meaning"], *shipped["forms"].values(), shipped["after_reply"]]
        self._shipped = np.array([*weights, shipped["bias"]], np.float64)
        self._learnt = np.zeros_like(self._shipped)

    def score(self, seen: Vector) -> float:
        """Return the log-odds that features are of a sentence for the companion."""
        return float(seen @ self._shipped) + self.learnt_score(seen)

    def learnt_score(self, seen: Vector) -> float:
        """Return how much of a score comes from corrections."""
        return float(seen @ self._learnt)

    def correct(self, seen: Vector, *, was_meant: bool) -> None:
        """Move towards what the wearer said of a sentence."""
        surprise = float(was_meant) - 1 / (1 + np.exp(-self.score(seen)))
        self._learnt += FURTHEST_MOVE * surprise * seen / float(seen @ seen)
        length = float(np.linalg.norm(self._learnt))
        if length > FURTHEST:
            self._learnt *= FURTHEST / length

    @property
    def steps(self) -> tuple[int, ...]:
        """All that was learnt, in millionths."""
        return tuple(round(float(step) * _MILLION) for step in self._learnt)

    def adopt(self, steps: Sequence[int]) -> bool:
        """Take what was learnt before; steps of other weights are forgotten, and False said."""
        fits = len(steps) == len(self._learnt)
        self._learnt = np.array(steps if fits else [0] * len(self._learnt), np.float64) / _MILLION
        return fits
