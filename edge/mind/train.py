"""Where do the head's weights come from? `python -m edge.mind.train` makes `head.toml` again.

Logistic regression over `sentences.toml`, all but its held-out groups, with a ridge; solved by
Newton's method, seeded, in a few seconds. Only a developer runs this.
"""

import random
import re
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edge.mind.embedding import DIMENSIONS, GRAPH, MODEL, VOCABULARY, Embedder
from edge.mind.head import FILE, features
from edge.recall.forms import NAMES
from models import manifest

SENTENCES = Path(__file__).with_name("sentences.toml")
FILLINGS: Final = 4
"""So often is a line with slots filled; each filling counts half, so that plain lines are heard."""
RIDGE: Final = 3.0
STEPS: Final = 20
SEED: Final = 4
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence, and who it is for."""

    text: str
    for_companion: bool
    follows_reply: bool
    form: str
    weight: float = 1.0


def examples(*, held_out: bool) -> list[Example]:
    """Return the sentences to learn from, or those that are only measured with."""
    document: dict[str, Any] = tomllib.loads(SENTENCES.read_text("utf-8"))
    slots = {name: words.split("|") for name, words in document["slots"].items()}
    chance = random.Random(SEED)  # noqa: S311 (fills sentences, guards nothing)
    return [
        Example(
            text,
            group["for_companion"],
            group.get("after_reply", False),
            group["form"],
            0.5 if "{" in line else 1.0,
        )
        for group in document["group"]
        if group.get("held_out", False) == held_out
        for line in group["lines"].strip().splitlines()
        for text in _filled(line, slots, chance)
    ]


def _filled(line: str, slots: dict[str, list[str]], chance: random.Random) -> list[str]:
    if "{" not in line:
        return [line]
    made = [
        re.sub(r"\{(\w+)\}", lambda slot: chance.choice(slots[slot[1]]), line)
        for _ in range(FILLINGS)
    ]
    return list(dict.fromkeys(text[0].upper() + text[1:] for text in made))


def embedder() -> Embedder:
    """Load the embedding model from this device's models."""
    vocabulary = manifest.read(MODEL, VOCABULARY).decode("utf-8")
    return Embedder(manifest.read(MODEL, GRAPH), vocabulary)


def learn(seen: NDArray[np.float64], wanted: Vector, weights: Vector) -> Vector:
    """Return the weights that explain best what was wanted; the last one, the bias, is free."""
    found = np.zeros(seen.shape[1])
    ridge = np.full(seen.shape[1], RIDGE)
    ridge[-1] = 1e-6
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-seen @ found))
        slope = seen.T @ ((likely - wanted) * weights) + ridge * found
        sure = (likely * (1 - likely) + 1e-9) * weights
        found -= np.linalg.solve((seen * sure[:, None]).T @ seen + np.diag(ridge), slope)
    return found


def written(weights: Sequence[float]) -> str:
    """Return weights as the text of `head.toml`."""
    *rest, after_reply, bias = (f"{weight:.4f}" for weight in weights)
    meaning, of_forms = rest[:DIMENSIONS], rest[DIMENSIONS:]
    rows = [", ".join(meaning[n : n + 12]) for n in range(0, DIMENSIONS, 12)]
    lines = [
        "# Made by `python -m edge.mind.train` from sentences.toml; log-odds of being meant.",
        f"bias = {bias}",
        f"after_reply = {after_reply}",
        "meaning = [",
        *(f"    {row}," for row in rows),
        "]",
        "",
        "[forms]",
        *(f'"{name}" = {weight}' for name, weight in zip(NAMES, of_forms, strict=True)),
    ]
    return "\n".join(lines) + "\n"


def made() -> str:
    """Learn, and return the text of `head.toml`."""
    known, model = examples(held_out=False), embedder()
    seen = np.stack([features(model.embed(e.text), e.text, after=e.follows_reply) for e in known])
    wanted = np.array([float(e.for_companion) for e in known])
    weights = learn(seen, wanted, np.array([e.weight for e in known]))
    return written([float(weight) for weight in weights])


def main() -> int:
    """Write the weights."""
    FILE.write_text(made(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
