"""What a person sees of a run: a live screen, plain lines, or JSON lines for a program."""

import json
from collections.abc import Sequence
from typing import IO, Any, Final, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.capture.devices import Devices
from edge.messages import ContextPacket, Shown, Summary
from edge.view.lines import Lines, event, size
from edge.view.live import LiveView
from edge.view.summary import summary
from models.fetch import Result
from models.manifest import Row

STYLES: Final = {
    "heard": "cyan",
    "saw": "magenta",
    "reply": "bold green",
    "sealed": "dim",
    "missed": "yellow",
    "restart": "bold yellow",
    "lost": "bold yellow",
    "failed": "bold red",
}


class View(Protocol):
    """Whatever shows a run."""

    wants_levels: bool
    """Whether loudness is looked at; otherwise it does not leave the chamber."""

    def show(self, message: Shown) -> None:
        """Show one message."""

    def close(self) -> None:
        """Give the terminal back."""


def choose(*, as_json: bool, stream: IO[str]) -> View:
    """Return the view that suits the stream."""
    if as_json:
        return JsonView(stream)
    console = Console(file=stream, highlight=False)
    return LiveView(console) if console.is_terminal else PlainView(console)


class JsonView:
    """One JSON object a line, and nothing else."""

    wants_levels = False

    def __init__(self, stream: IO[str]) -> None:
        self._stream, self._lines = stream, Lines()

    def show(self, message: Shown) -> None:
        """Write a line at once: a program waits for it."""
        self._lines.note(message)
        line = json.dumps(self._lines.as_json(message), ensure_ascii=False)
        self._stream.write(f"{line}\n")
        self._stream.flush()

    def close(self) -> None:
        """Nothing to give back."""


class PlainView:
    """A line an event, for a log or a pipe."""

    wants_levels = False

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, message: Shown) -> None:
        """Write what makes a line; the context packet before a reply; the summary last."""
        if isinstance(message, Summary):
            self._console.print()
            self._console.print(summary(message))
        elif isinstance(message, ContextPacket):
            self._console.print(Text(f"{'':9}context  {message.tokens} tokens", "dim"))
        elif found := event(message):
            when, what, words = found
            self._console.print(
                Text.assemble((f"{when:>7}  ", "dim"), (f"{what:8} ", STYLES.get(what, "")), words),
                soft_wrap=True,
            )

    def close(self) -> None:
        """Nothing to give back."""


def print_devices(found: Devices, *, as_json: bool) -> None:
    """Print microphones and cameras, and what keeps them from being found."""
    if as_json:
        print(
            json.dumps(
                {
                    "microphones": [_slots(microphone) for microphone in found.microphones],
                    "cameras": [_slots(camera) for camera in found.cameras],
                    "problems": list(found.problems),
                }
            )
        )
        return
    console = Console(highlight=False)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("", "device", "details"):
        table.add_column(column)
    for microphone in found.microphones:
        usual = "default, " if microphone.default else ""
        details = f"{usual}{microphone.rate_hz} Hz, {microphone.channels} channels"
        table.add_row("microphone", Text(microphone.name), details)
    for camera in found.cameras:
        table.add_row("camera", Text(camera.name), f"number {camera.number}")
    console.print(table if table.row_count else "No microphone and no camera was found.")
    for problem in found.problems:
        console.print(Text(problem, "yellow"))


def _slots(device: Any) -> dict[str, Any]:  # noqa: ANN401 (a microphone or a camera)
    return {name: getattr(device, name) for name in device.__slots__}


def print_models(rows: Sequence[Row], results: Sequence[Result], *, as_json: bool) -> None:
    """Print models and their state on this device."""
    states = {result.name: result for result in results}
    shown = [row for row in rows if row.name in states]
    if as_json:
        print(
            json.dumps(
                [
                    {
                        "name": row.name,
                        "job": row.job,
                        "licence": row.licence,
                        "default": row.default,
                        "state": states[row.name].state,
                        "bytes": states[row.name].bytes,
                    }
                    for row in shown
                ]
            )
        )
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("model", "job", "licence", "on disk", "state"):
        table.add_column(column, justify="right" if column == "on disk" else "left")
    for row in shown:
        state = states[row.name]
        style = {"ok": "green", "corrupt": "bold red"}.get(state.state, "dim")
        disk = size(state.bytes or row.bytes_on_disk)
        table.add_row(row.name, row.job, row.licence, disk, Text(state.state, style))
    Console(highlight=False).print(table)
