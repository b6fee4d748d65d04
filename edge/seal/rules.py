"""How does a profile's row say when a system call is allowed? By its arguments alone.

A filter sees numbers: a path, an address or a name lies in memory, where it cannot look. So a call
that needs one is allowed with NULL there, or wholly, or not at all.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


class Known(Enum):
    """Numbers that are known only when a process seals itself."""

    WRITABLE = auto()
    """The descriptors that it may write to."""
    SELF = auto()
    """Its own process id."""


WHOLE_WORD: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on one argument: what the mask leaves of it is one of the values.

    The kernel reads descriptors, flags and commands as 32 bits; `high` looks at the other half,
    which counts where the argument is a pointer.
    """

    argument: int
    values: tuple[int, ...] | Known
    mask: int = WHOLE_WORD
    negated: bool = False
    high: bool = False


Rule = tuple[tuple[Where, ...], ...]
"""Cases, any of which allows the call; in a case all conditions hold."""

ALWAYS: Final[Rule] = ((),)


def only(*conditions: Where) -> Rule:
    """Allow where all these hold."""
    return (conditions,)


def null(argument: int) -> tuple[Where, Where]:
    """Hold where a pointer is NULL, in both its halves."""
    return Where(argument, (0,)), Where(argument, (0,), high=True)


def always(names: str) -> dict[str, Rule]:
    """Allow these calls whatever their arguments."""
    return dict.fromkeys(names.split(), ALWAYS)
