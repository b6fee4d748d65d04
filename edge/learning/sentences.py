"""Which sentences are written out in `sentences.toml`, and who are they for? Seeded."""

import random
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SENTENCES: Final = Path(__file__).with_name("sentences.toml")
FILLINGS: Final = 4
"""So often is a line with slots filled; each filling counts half, so that plain lines are heard."""
SEED: Final = 4


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
