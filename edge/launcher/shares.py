"""How is the one memory budget divided between the processes that hold models? Pure.

What hears and sees has a process of its own, what thinks about texts another, and a language model
a third: a process that has ended has given everything back, which the heap of one that goes on
never quite does. So the budget spans processes, and each has its share of it from its birth on.
"""

from typing import Final, NamedTuple

from edge import config

MIB: Final = 1 << 20
SMALL_BYTES: Final = 1 << 30
"""A machine with less memory has a budget though none was set."""
SMALL_SHARE: Final = 2
HEARING_MB: Final = 80
"""So much stays for what hears: its gate, and its largest graph while that is loaded."""
COMFORTABLE_MB: Final = 200
"""So much stays where nobody asked for a mind: 160, with which what hears and sees need not come
and go at every word, and 40 for what a mind takes that is no model."""


class Shares(NamedTuple):
    """Megabytes for each process; 0 for the chamber where there is no budget."""

    chamber_mb: int
    mind_mb: int
    language_mb: int


def budget_mb(memory: config.Memory, machine_bytes: int) -> int:
    """Return what all models together may take; 0 where all of them stay."""
    if memory.budget_mb:
        return memory.budget_mb
    return machine_bytes // SMALL_SHARE // MIB if machine_bytes < SMALL_BYTES else 0


def divide(
    whole_mb: int, mind_mb: int = 0, language_mb: int = 0, *, mind_leaves_mb: int = HEARING_MB
) -> Shares:
    """Return who gets how much of a budget: the others all that they want or nothing.

    The mind goes before the language model: it is asked at every question. What is left is the
    chamber's, which can live with little.
    """
    if not whole_mb:
        return Shares(0, mind_mb, language_mb)
    left_mb = whole_mb
    granted_mb = []
    for wanted_mb, least_mb in ((mind_mb, mind_leaves_mb), (language_mb, HEARING_MB)):
        granted_mb.append(wanted_mb if left_mb - wanted_mb >= least_mb else 0)
        left_mb -= granted_mb[-1]
    return Shares(left_mb, *granted_mb)
