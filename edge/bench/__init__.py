"""What the user runs to measure. Every figure of the README comes from a command in here.

One file a bench; each is imported only when it is run, because some bring what a run never needs.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from edge.launcher.births import Run
from edge.launcher.run import Launcher
from edge.messages import Shown, Summary
from edge.notes.vault import SECRET_BYTES

SECRET: Final = secrets.token_bytes(SECRET_BYTES)
"""Of notes that nobody reads when the bench is over."""


class CannotMeasure(RuntimeError):
    """The bench cannot run; the message says why."""


def play(run: Run, show: Callable[[Shown], None]) -> Summary | None:
    """Run the whole sealed process tree over a run's sources; its notes are nobody's."""
    passing = replace(run, secret=run.secret or SECRET)
    return asyncio.run(Launcher(passing, show).launch())


def report(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a bench's result: JSON, or one line a figure."""
    if as_json:
        print(json.dumps(result))
        return
    for key, value in _lines(result):
        print(f"{key:32} {value}")


def _lines(result: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in result.items():
        if isinstance(value, Mapping):
            yield from _lines(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            for row in value:
                yield f"{prefix}{key}", "  ".join(f"{k} {v}" for k, v in row.items())
        else:
            yield f"{prefix}{key}", value
