"""How much does each sign tell? `python -m edge.bench.calibrate` makes `confidence.toml` again.

Logistic regression over invented questions (`invented.py`), each with the meaning of its notes and
without, solved by Newton's method with a ridge; seeded. The bounds are learnt on other seeds than
the weights. Only a developer runs this.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.bench.invented import Case, Inventor
from edge.bench.minds import Reader
from edge.escalation import is_beyond
from edge.recall import lookup
from edge.recall.confidence import FILE, Weights
from edge.recall.intents import recognise
from edge.recall.succession import Found, Signs

WEARERS: Final = 120
SEEDS: Final = {"weights": 11, "bounds": 12}
RIDGE: Final = 6.0
FIRM: Final = {"gap": 80.0, "open": 80.0}
"""How hard the prior of these holds: in invented sentences hardly anything is beside the point."""
STEPS: Final = 25
WRONG: Final = 0.004
"""Which share of all questions may be answered wrongly: a fifth of what is promised, as wearers ask
otherwise than an inventor does."""
HOPELESS: Final = 0.04
"""Below the bound that leaves out so many of the right ones nothing is thought to be found."""
PRIOR: Final = {
    "coverage": 3.0, "missing": -3.0, "gap": -1.5, "qualified": -2.5, "meaning": -1.0,
    "open": -0.5, "wanted": 1.0, "unwanted": -3.0, "number": -3.0, "day": -2.5, "another": -3.0,
    "plans": -2.0, "supposes": -2.0, "denies": -2.0, "asks": -3.0, "doubts": -2.0,
    "nothing_new": -2.0, "thin": -0.3, "polar": 0.0, "seen": -0.5, "remembered": 0.2,
    "unsure": -1.0, "rivals": -0.5, "succeeded": -0.3, "denied_later": -2.0,
}  # fmt: skip
"""What each sign is thought to tell before anything is learnt; the ridge pulls there, not to zero.
So a sign that no invented question has keeps what common sense says of it."""
Vector = NDArray[np.float64]
Sample = tuple[Signs, bool]


def samples(seed: int, reader: Reader) -> Iterator[Sample | None]:
    """Yield for each question the signs of what was found and whether it is right, or None."""
    for case in Inventor(seed).cases(WEARERS):
        if recognise(case.question.text) or is_beyond(case.question.text):
            continue
        for alike in ({}, reader.alike(case.question, case.notes)):
            found = lookup.best(case.question, case.notes, alike)
            yield (found.signs, is_right(case, found)) if found else None


def is_right(case: Case, found: Found) -> bool:
    """Say whether a sentence, or the one before it, holds the answer."""
    told = found.text + (found.before.text if found.before else "")
    return any(answer.lower() in told.lower() for answer in case.answers)


def fitted(found: Sequence[Sample]) -> Vector:
    """Return the weights of the signs in the order of `PRIOR`, the bias last."""
    names = list(PRIOR)
    inputs = np.array([[signs.get(name, 0.0) for name in names] + [1.0] for signs, _ in found])
    wanted = np.array([float(right) for _, right in found])
    prior = np.array([*PRIOR.values(), 0.0])
    ridge = np.diag([*(FIRM.get(name, RIDGE) for name in names), 0.01])
    weights = prior.copy()
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        slope = inputs.T @ (chance - wanted) + ridge @ (weights - prior)
        curve = (inputs.T * (chance * (1 - chance))) @ inputs + ridge
        weights -= np.linalg.solve(curve, slope)
    return np.asarray(weights)


def bounds(weights: Weights, tried: Sequence[Sample | None]) -> tuple[float, float]:
    """Return from which chance on one answers, and below which there is nothing to find.

    What lacks a heavy word of the question may be the closest there is, but never the answer.
    """
    rows = sorted(((weights.probability(each[0]), each[1]) for each in tried if each), reverse=True)
    in_part = max(weights.probability(each[0]) for each in tried if each and each[0]["gap"])
    wrong, sure = 0, 1.0
    for chance, is_right_one in rows:
        wrong += not is_right_one
        if wrong > WRONG * len(tried):
            break
        sure = max(chance, in_part)
    right = sorted(chance for chance, is_right_one in rows if is_right_one)
    hopeless = right[int(HOPELESS * len(right))]
    return sure, min(hopeless, sure / 2)


def main() -> int:
    """Learn, and write the file."""
    reader = Reader()
    found = [each for each in samples(SEEDS["weights"], reader) if each]
    *values, bias = map(float, fitted(found))
    learnt = Weights(bias, dict(zip(PRIOR, values, strict=True)), 1, 0)
    sure, hopeless = bounds(learnt, list(samples(SEEDS["bounds"], reader)))
    lines = [
        "# Made by `python -m edge.bench.calibrate`; log-odds that what was found is the answer.",
        f"bias = {learnt.bias:.3f}",
        f"sure = {sure:.3f}",
        f"hopeless = {hopeless:.3f}",
        "",
        "[signs]",
        *(f"{name} = {weight:.3f}" for name, weight in learnt.signs.items()),
    ]
    FILE.write_text("\n".join(lines) + "\n", "utf-8")
    sys.stdout.write(f"{FILE.name}: {len(found)} samples\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
