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

SURE: Final = 0.7
"""From this confidence a recogniser's words stand. Of 75 clips a quarter is below; with base's
words for these tiny.en makes 9.5 % of errors instead of 11.6, for 1.5 times its work (base alone
9.7 %, for 2.6 times)."""
PATIENCE_MS: Final = 1000.0
"""For somebody better: what a `typical` run of theirs may take, of 15 s of speech, with loading."""

Team = tuple[str, ...]
"""Names of specialists that work together."""


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

    team: Team
    enough: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """An errand, who has tried it last, and how sure they were."""

    errand: Errand
    tried: Team = ()
    confidence: float = 0.0


def whisper(model: str, numbers: str) -> Team:
    """Return the two halves of a recogniser."""
    return f"{model}/encoder.{numbers}", f"{model}/decoder.{numbers}"


LADDERS: Final[Mapping[Errand, tuple[Rung, ...]]] = MappingProxyType(
    {
        Errand.HEAR: (
            Rung(whisper("whisper-tiny.en", "int8"), enough=SURE),
            Rung(whisper("whisper-tiny.en", "fp32"), enough=SURE),
            Rung(whisper("whisper-base", "int8")),
            Rung(whisper("whisper-base", "fp32")),
        ),
        Errand.WHO: (Rung(("ge2e/voice",)),),
        Errand.SEE: (Rung(("centernet/detector",)),),
        Errand.COUNT: (Rung(("blazeface/faces",)),),
        Errand.READ: (Rung(("pp-ocr/detect", "pp-ocr/recognise")),),
        Errand.MEAN: (Rung(("minilm/model",)),),
    }
)
"""Smaller teams first."""


def route(request: Request, resident: Collection[str], roster: Mapping[str, Specialist]) -> Team:
    """Return the cheapest team that can do it, or may know better than who tried; else nobody.

    A team with a member that is not in the `roster` (absent, refused, too large for the budget) is
    passed over. So is one that would keep everybody waiting, where there is an answer already:
    what was said stands.
    """
    ladder = [rung for rung in LADDERS[request.errand] if all(name in roster for name in rung.team)]
    if request.tried:
        ladder = _above(request, ladder)
    costs_ms = {rung.team: cost_ms(rung.team, resident, roster) for rung in ladder}
    if request.tried:
        costs_ms = {team: cost for team, cost in costs_ms.items() if cost <= PATIENCE_MS}
    return min(costs_ms, key=costs_ms.__getitem__, default=())


def _above(request: Request, ladder: list[Rung]) -> list[Rung]:
    """Return the rungs above the one that was tried, if its answer was not sure enough."""
    places = [place for place, rung in enumerate(ladder) if rung.team == request.tried]
    if not places or request.confidence >= ladder[places[0]].enough:
        return []
    return ladder[places[0] + 1 :]


def cost_ms(
    team: Collection[str], resident: Collection[str], roster: Mapping[str, Specialist]
) -> float:
    """Return how long a team takes, with the loading of those who are not in memory."""
    footprints = [(name, roster[name].footprint) for name in team]
    return sum(
        footprint.run_ms + (0.0 if name in resident else footprint.load_ms)
        for name, footprint in footprints
    )
