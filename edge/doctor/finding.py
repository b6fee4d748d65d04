"""What was checked, what was found, and what to do about it. One noun of the doctor's."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "note", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked."""

    name: str
    verdict: Verdict
    found: str
    remedy: str = ""
