"""Which specialists answer this, in which order, and when is a bigger one asked? Pure, and a table.

The go-between of the founding idea: nobody is loaded because it is large and may know, but because
those who were cheaper said that they were not sure.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from edge.chamber.specialist import Specialist


class Errand(Enum):
    """What there is to be done."""

    HEAR = "understand an utterance"
    WHO = "tell whose voice it was"
    SEE = "name the things in a picture"
    COUNT = "count the faces in a picture"
    READ = "read the text in a picture"
    MEAN = "turn a sentence into its meaning"


@dataclass(frozen=True, slots=True)
class Rung:
    """A team, and how sure its answer must be to be taken."""

    team: tuple[str, ...]
    enough: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """An errand, and how many teams have tried it."""

    errand: Errand
    tried: int = 0


LADDERS: Final[Mapping[Errand, tuple[Rung, ...]]] = MappingProxyType(
    {
        Errand.HEAR: (
            Rung(("whisper-tiny.en/encoder.int8", "whisper-tiny.en/decoder.int8"), enough=0.6),
            Rung(("whisper-base/encoder.int8", "whisper-base/decoder.int8")),
        ),
        Errand.WHO: (Rung(("ge2e/voice",)),),
        Errand.SEE: (Rung(("centernet/detector",)),),
        Errand.COUNT: (Rung(("blazeface/faces",)),),
        Errand.READ: (Rung(("pp-ocr/detect", "pp-ocr/recognise")),),
        Errand.MEAN: (Rung(("minilm/model",)),),
    }
)
"""Smaller teams first. Six utterances of seven are sure enough for tiny.en (see `asr.UNSURE`)."""


def route(
    request: Request,
    resident: Collection[str],
    confidence: float,
    roster: Mapping[str, Specialist],
) -> tuple[str, ...]:
    """Return the cheapest team that may know better than those who tried; empty if none does.

    `confidence` is the last answer's, 0 before the first. A team with a member that is not in the
    `roster` (absent, refused, too large for the budget) is passed over: what was said stands.
    """
    ladder = [rung for rung in LADDERS[request.errand] if all(name in roster for name in rung.team)]
    if request.tried and (
        request.tried >= len(ladder) or confidence >= ladder[request.tried - 1].enough
    ):
        return ()
    left = ladder[request.tried :]
    return min(
        (rung.team for rung in left), key=lambda team: cost_ms(team, resident, roster), default=()
    )


def cost_ms(
    team: Collection[str], resident: Collection[str], roster: Mapping[str, Specialist]
) -> float:
    """Return how long a team takes, with the loading of those who are not in memory."""
    footprints = [(name, roster[name].footprint) for name in team]
    return sum(
        footprint.run_ms + (0.0 if name in resident else footprint.load_ms)
        for name, footprint in footprints
    )
