"""How likely is a sentence meant for a companion? A linear layer over its `features`; pure.

The weights are read when this is imported, before any process is sealed;
`python -m edge.learning` makes them again.
"""

import tomllib
from base64 import b85decode
from collections.abc import Iterable
from functools import lru_cache
from math import sqrt
from pathlib import Path
from typing import Any, Final

from edge.recall.features import features, place

FILE: Final = Path(__file__).with_name("meant.toml")


class Weights:
    """One signed byte for every place that a feature's name can fall on."""

    def __init__(self, document: dict[str, Any]) -> None:
        """Read what `edge.learning` wrote."""
        self.bias: float = document["bias"]
        self._unit: float = document["unit"]
        self._steps = memoryview(b85decode("".join(document["steps"].split()))).cast("b")

    def score(self, features: Iterable[str]) -> float:
        """Return the log-odds that features are of a sentence for the companion."""
        places = {place(name, len(self._steps)) for name in features}
        return self.bias + self._unit * sum(map(self._steps.__getitem__, places)) / sqrt(
            len(places) or 1
        )


@lru_cache(maxsize=64)
def score(text: str, *, follows_reply: bool = False) -> float:
    """Return the log-odds that a text is for the companion. The same one is asked about twice."""
    return _WEIGHTS.score(features(text, follows_reply=follows_reply))


_WEIGHTS: Final = Weights(tomllib.loads(FILE.read_text("utf-8")))
