"""What does a person see while bytes come? A bar on a terminal, plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

Report = Callable[[str], None]

_console = Console(stderr=True, highlight=False)


def is_terminal() -> bool:
    """Whether somebody watches."""
    return _console.is_terminal


def say(line: str) -> None:
    """Show one plain line."""
    _console.print(line, markup=False, soft_wrap=True)


@contextmanager
def bar(label: str, total_bytes: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal; what is yielded takes the bytes that are there so far."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=_console, disable=not is_terminal()) as progress:
        task = progress.add_task(label, total=total_bytes)
        yield lambda held: progress.update(task, completed=held)
