"""How close in meaning is each note to each word of a question? Pure.

"Vehicle" is close to "car", and to "keys" it is not. A word of several pieces is as close as they
are on average.
"""

from collections.abc import Mapping

from edge.recall.words import content
from edge.search.meaning import closeness, unpacked
from edge.search.sought import Understood


def alike(understood: Understood | None, kept: Mapping[int, bytes]) -> dict[int, dict[str, float]]:
    """Return for the number of each note how close it is to the stems of a question's words."""
    if understood is None:
        return {}
    stems = [content(word) for word in understood.words]
    asked = [
        (stem[0], piece)
        for stem, piece in zip(stems, understood.meaning.pieces, strict=True)
        if stem
    ]
    return {
        number: _by_stem([stem for stem, _ in asked], closeness(pieces, unpacked(vectors)))
        for pieces in ([piece for _, piece in asked],)
        for number, vectors in kept.items()
    }


def _by_stem(stems: list[str], close: list[float]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for stem, share in zip(stems, close, strict=True):
        found.setdefault(stem, []).append(share)
    return {stem: sum(shares) / len(shares) for stem, shares in found.items()}
