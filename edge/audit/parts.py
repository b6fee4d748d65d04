"""Which parts does an audit have? Without a wish: a look at what runs now."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from edge import config, seal
from edge.audit import Check, Report

PARTS: Final = ("attack", "canary", "deep")
"""What can be asked for besides; each is imported only then."""


def report(
    folder: Path, settings: config.Config, parts: Sequence[str], without: str | None
) -> Report:
    """Make the checks of these parts; `without` a wall the attacks show that they can succeed."""
    if not parts:
        from edge.audit import running, running_controls  # noqa: PLC0415 (see PARTS)

        seen, level = running.checks(folder, settings)
        return Report([*seen, *running_controls.checks()], level)
    checks: list[Check] = []
    level = "A" if seal.walls().landlock_abi else "C"
    if "attack" in parts:
        from edge.audit.attack import suite  # noqa: PLC0415 (see PARTS)

        checks += suite.checks(without=without or "")
    if "canary" in parts:
        from edge.audit import canary  # noqa: PLC0415 (see PARTS)

        seen, level = canary.checks(settings)
        checks += seen
    if "deep" in parts:
        from edge.audit import deep  # noqa: PLC0415 (see PARTS)

        checks += deep.checks()
    return Report(checks, level)
