"""What does a wearer's day ask of the specialists? A few hours of it, the same each time. Pure.

Talk comes in bursts with minutes of silence between; looking comes in glances, now and then at
something with print on it; a memory is searched after some of what was said.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from edge.chamber.route import Errand

SEED: Final = 5
BURSTS: Final = 8
UTTERANCES: Final = (2, 5)
"""In a burst, at least and at most."""
UTTERANCE_S: Final = (0.8, 6.0)
PAUSE_S: Final = (0.6, 4.0)
SILENCE_S: Final = (90.0, 1500.0)
GLANCES: Final = (1, 4)
"""Pictures worth a look around a burst."""
HANGOVER_S: Final = 0.45
"""From the end of speech to the moment at which its words are asked for."""
UNSURE_SHARE: Final = 1 / 4
"""Of utterances; see `edge/chamber/route.py`."""
PRINT_SHARE: Final = 0.3
QUESTION_SHARE: Final = 0.3
LINES: Final = 3
"""Of print in a picture that has any."""
TOKENS_A_SECOND: Final = 3
MEL_FRAMES_A_SECOND: Final = 100
SILENCE_AFTER_S: Final = 1


@dataclass(frozen=True, slots=True)
class Work:
    """How often a specialist runs for one errand, and on what sizes."""

    times: int = 1
    sizes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something happens: an errand, or only the announcement of some."""

    at_s: float
    errands: tuple[Errand, ...]
    announced: bool = False
    seconds: float = 0.0
    """Of speech."""
    confidence: float = 1.0
    """Of the smallest team's answer."""


def day() -> list[Moment]:
    """Return all moments in their order."""
    return sorted(_moments(random.Random(SEED)), key=lambda moment: moment.at_s)  # noqa: S311 (no secret)


def _moments(chance: random.Random) -> Iterator[Moment]:
    now_s = 0.0
    for _ in range(BURSTS):
        now_s += chance.uniform(*SILENCE_S)
        began_s = now_s
        for _ in range(chance.randint(*UTTERANCES)):
            seconds = chance.uniform(*UTTERANCE_S)
            yield Moment(now_s, (Errand.WHO, Errand.HEAR), announced=True)
            ended_s = now_s + seconds + HANGOVER_S
            unsure = chance.random() < UNSURE_SHARE
            confidence = 0.4 if unsure else 0.9
            yield Moment(ended_s, (Errand.WHO, Errand.HEAR), seconds=seconds, confidence=confidence)
            if chance.random() < QUESTION_SHARE:
                yield Moment(ended_s + 0.05, (Errand.MEAN,))
            now_s = ended_s + chance.uniform(*PAUSE_S)
        for _ in range(chance.randint(*GLANCES)):
            looked_s = chance.uniform(began_s - 30, now_s + 30)
            yield Moment(looked_s, (Errand.SEE, Errand.COUNT))
            if chance.random() < PRINT_SHARE:
                yield Moment(looked_s + 0.01, (Errand.READ,))


def work(name: str, moment: Moment) -> Work:
    """Return what a specialist has to do at a moment."""
    heard_s = moment.seconds or 1.0
    match name.partition("/")[2].split(".")[0]:
        case "encoder":
            return Work(1, {"T": 2 * round((heard_s + SILENCE_AFTER_S) * MEL_FRAMES_A_SECOND / 2)})
        case "decoder":
            return Work(2 + round(heard_s * TOKENS_A_SECOND))
        case "voice":
            return Work(1 + int(heard_s // 1.6))
        case "recognise":
            return Work(LINES)
        case _:
            return Work()
