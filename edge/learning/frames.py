"""Which sentences can be made of the frames in `frames.toml`? Seeded: the same ones every time.

Only a developer runs this, through `python -m edge.learning`.
"""

import random
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zlib import crc32

FRAMES: Final = Path(__file__).with_name("frames.toml")
CHOICE: Final = re.compile(r"\[([^\[\]]*)\]")
SLOT: Final = re.compile(r"\{(\w+)\}")
DEEPEST: Final = 4
"""So often may a filling hold a slot itself."""
UNSEEN_FRAMES: Final = 5
"""One frame of so many is kept apart where frames are held out,"""
UNSEEN_FILLINGS: Final = 4
"""and one filling of so many."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of the file."""

    line: str
    for_companion: bool
    follows_reply: bool
    form: str

    @property
    def is_held_out(self) -> bool:
        """Whether its words keep it apart, today and always."""
        return crc32(self.line.encode()) % UNSEEN_FRAMES == 0


class Workshop:
    """Frames and what fills them."""

    def __init__(self, path: Path = FRAMES) -> None:
        document: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        self._slots = {
            name: [filling.strip() for filling in " ".join(fillings.split()).split(" | ")]
            for name, fillings in document["slots"].items()
        }
        self.frames = [
            Frame(line, group["for_companion"], group.get("after_reply", False), group["form"])
            for group in document["group"]
            for line in group["lines"].strip().splitlines()
        ]

    def sentences(self, frame: Frame, most: int, *, held_out: bool | None) -> list[str]:
        """Return up to so many sentences of a frame, of all fillings, or of one part of them."""
        chance = random.Random(crc32(frame.line.encode()))  # noqa: S311 (guards nothing)
        wanted = min(most, round(4 + _ways(frame.line) ** 0.6))
        made = {self._filled(frame.line, chance, held_out) for _ in range(2 * wanted)}
        return sorted(made)[:wanted]

    def _filled(self, line: str, chance: random.Random, held_out: bool | None) -> str:
        for _ in range(DEEPEST):
            line = SLOT.sub(lambda slot: self._filling(slot[1], chance, held_out), line)
            while choice := CHOICE.search(line):
                one = chance.choice(choice[1].split("|"))
                line = f"{line[: choice.start()]}{one}{line[choice.end() :]}"
        return _tidy(line)

    def _filling(self, slot: str, chance: random.Random, held_out: bool | None) -> str:
        fillings = self._slots[slot]
        if held_out is not None:
            part = [f for f in fillings if (crc32(f.encode()) % UNSEEN_FILLINGS == 0) == held_out]
            fillings = part or fillings
        return chance.choice(fillings)


def _ways(line: str) -> int:
    """Return about how many sentences a frame can be."""
    ways = 8 ** len(SLOT.findall(line))
    for choice in CHOICE.finditer(line):
        ways *= choice[0].count("|") + 1
    return int(ways)


def _tidy(line: str) -> str:
    """Return a made line as a recogniser would write it."""
    line = re.sub(r"\s+", " ", line).strip()
    line = re.sub(r" ([,.?!])", r"\1", line)
    line = re.sub(r"[.,]*([?!])[.?!]*$", r"\1", line)
    line = re.sub(r"[.,]+$", ".", line)
    return line[:1].upper() + line[1:]
