"""How likely is it that a sentence which was found is the right answer? One linear layer. Pure.

The weights are read when this is imported; `python -m edge.bench.calibrate` makes them again from
invented questions whose answers are known (`edge/bench/invented.py`).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("confidence.toml")


@dataclass(frozen=True, slots=True)
class Weights:
    """What each sign is worth, in log-odds, and above what one answers."""

    bias: float
    signs: Mapping[str, float]
    sure: float
    """From this probability on the notes answer."""
    hopeless: float
    """Below this one nothing in the notes is said to be about it."""

    def probability(self, signs: Mapping[str, float]) -> float:
        """Return how likely a sentence with these signs is the right answer."""
        score = self.bias + sum(self.signs.get(name, 0.0) * value for name, value in signs.items())
        return 1 / (1 + exp(-max(-50.0, min(50.0, score))))


def read(document: Mapping[str, Any]) -> Weights:
    """Read what `calibrate` wrote."""
    return Weights(
        document["bias"], dict(document["signs"]), document["sure"], document["hopeless"]
    )


WEIGHTS: Final = read(tomllib.loads(FILE.read_text("utf-8")))
