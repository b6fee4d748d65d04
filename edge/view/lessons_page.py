"""What is shown of what corrections taught: sentences for a person, a document for a program."""

from collections.abc import Iterator, Sequence
from typing import Any

from edge.recall.asking import Kind
from edge.recall.learnt import LEANING, Count, learnt
from edge.recall.lesson import Lesson


def told(lessons: Sequence[Lesson]) -> Iterator[str]:
    """Say what was learnt, a sentence a line."""
    if not lessons:
        yield "Nothing has been learnt: no sentence was corrected."
        return
    found = learnt(lessons)
    for kind, count in sorted(found.kinds.items()):
        yield f"{kind}: {_corrected(count)}; {_moved(count)}."
    yield (
        f"Sentences built like the {len(lessons)} that you corrected are taken more readily, or "
        f"less: {len(found.weights):,} weights were moved."
    )
    yield (
        "No word of what was said about anything is kept of them. `offrecord addressee reset` "
        "forgets all of it."
    )


def _corrected(count: Count) -> str:
    missed, wrong = _times(count.meant), _times(count.not_meant)
    return f'"I was talking to you" {missed}, "that was not for you" {wrong}'


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _moved(count: Count) -> str:
    if count.leaning >= LEANING:
        return "taken more readily, in company too"
    if count.leaning <= -LEANING:
        return "taken less readily"
    return f"nothing changed yet ({LEANING - abs(count.leaning)} more the same way will)"


def document(lessons: Sequence[Lesson]) -> dict[str, Any]:
    """Return the same for a program."""
    found = learnt(lessons)
    return {
        "corrections": len(lessons),
        "kinds": {
            str(kind): {
                "meant": count.meant,
                "not_meant": count.not_meant,
                "leaning": count.leaning,
                "effect": _moved(count),
            }
            for kind, count in sorted(found.kinds.items())
        },
        "known_kinds": [str(kind) for kind in Kind],
        "weights_moved": len(found.weights),
    }


def weights(lessons: Sequence[Lesson]) -> dict[str, float]:
    """Return by how many log-odds the weight of each place was moved."""
    return {str(place): round(w, 6) for place, w in sorted(learnt(lessons).weights.items())}
