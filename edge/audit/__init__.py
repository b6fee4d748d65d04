"""Can what hears and sees keep or send anything? Checks that a user runs, each with its proof.

Every part returns `Check`s; `Report` adds them up. A check that could not be made is `unchecked`,
which is not a pass. Detectors are tried on a planted leak each time (`edge/audit/controls.py`): one
that misses its leak fails the whole audit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Result = Literal["pass", "fail", "unchecked"]
PASSED, FAILED, UNCHECKED = 0, 1, 2
"""Exit statuses."""
LEVELS: Final = ("A", "B", "C", "D")
"""Best first."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    """Short, for people and for scripts: `chamber: sealed`, `control: a WAV on disk`."""
    result: Result
    detail: str = ""
    """One sentence: what was seen, with figures; for a failure, what to do."""


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one audit."""

    checks: Sequence[Check]
    level: str
    """Of the weakest process."""

    @property
    def passed(self) -> bool:
        return all(check.result == "pass" for check in self.checks)

    @property
    def exit_status(self) -> int:
        results = {check.result for check in self.checks}
        return FAILED if "fail" in results else UNCHECKED if "unchecked" in results else PASSED


def weakest(levels: Iterable[str]) -> str:
    """Return the level of a system: that of its weakest process."""
    return max(levels, key=LEVELS.index, default=LEVELS[-1])
