"""Where is the wearer, and how do they move? The newest that a phone or a wearable said. Pure.

A place is a name that the wearer gave it; nobody here knows coordinates. What is said lasts until
something else is, and whoever tells it tells its age too.
"""

from collections.abc import Sequence
from typing import Final

from edge.evidence import Note, Now

LASTS_S: Final = 2 * 3600.0
"""What is older tells a reasoner nothing about now; the app says again each five minutes."""


def newest(known: Sequence[Note], said: Note) -> tuple[Note, ...]:
    """Return the newest `place` and `motion` notes; one without a text says that nobody knows."""
    others = tuple(note for note in known if note.kind != said.kind)
    return (*others, said) if said.text else others


def of_kind(known: Sequence[Note], kind: str) -> Note | None:
    """Return the newest note of a kind; None where nobody knows."""
    return next((note for note in known if note.kind == kind), None)


def lasting(known: Sequence[Note], now: Now) -> list[Note]:
    """Return those that may still be so, the place first."""
    fresh = [note for note in known if now.age_s(note) <= LASTS_S]
    return sorted(fresh, key=lambda note: note.kind != "place")
