"""What a person sees of a run: a live screen, plain lines, or JSON lines for a program."""

import io
import json
import time
from collections.abc import Iterable, Sequence
from typing import IO, Any, Final, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.airlock import plain
from edge.capture.devices import Devices
from edge.messages import (
    Airlocked,
    ContextPacket,
    MuteState,
    Reply,
    Shown,
    SourceState,
    Summary,
)
from edge.view.json_lines import JsonLines
from edge.view.lines import Event, clock, event, moment_of, size
from edge.view.live import LiveView, fits
from edge.view.summary import summary
from models.fetch import Result
from models.manifest import Row

INDENT: Final = " " * 19
"""Where words begin in a plain line."""


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
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    return LiveView(console) if fits(console) else PlainView(stream)


class JsonView:
    """One JSON object a line, and nothing else; ASCII, so that any reader finds the same lines."""

    wants_levels = False

    def __init__(self, stream: IO[str]) -> None:
        self._stream, self._lines = stream, JsonLines()
        self._phases: dict[str, str] = {}

    def show(self, message: Shown) -> None:
        """Write a line at once: a program waits for it."""
        self._lines.note(message)
        if self._is_news(message):
            self._stream.write(f"{json.dumps(self._lines.as_json(message))}\n")
            self._stream.flush()

    def close(self) -> None:
        """Nothing to give back."""

    def _is_news(self, message: Shown) -> bool:
        """Leave running counts to the screen: the summary has their sums."""
        if isinstance(message, SourceState):
            before = self._phases.get(message.kind)
            self._phases[message.kind] = message.phase
            return message.phase != before
        return not isinstance(message, Airlocked)


class PlainView:
    """A line an event, for a log or a pipe."""

    wants_levels = False

    def __init__(self, stream: IO[str]) -> None:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a letter that the stream cannot write is no end
        self._stream = stream
        self._at_ms = 0
        self._is_muted = False

    def show(self, message: Shown) -> None:
        """Write what makes a line; the context packet before a reply; the summary last."""
        self._at_ms = max(self._at_ms, moment_of(message))
        if isinstance(message, Summary):
            self._sum_up(message)
        elif isinstance(message, ContextPacket):
            self._write(Event(clock(self._at_ms), "context", f"{message.tokens} tokens"))
            self._write_under(message.text.splitlines())
        elif self._is_no_change(message):
            return
        elif line := event(message, self._at_ms, time.time()):
            self._write(line)
            if isinstance(message, Reply):
                self._write_under(f"because {reason}" for reason in message.because)

    def close(self) -> None:
        """Nothing to give back."""

    def _is_no_change(self, message: Shown) -> bool:
        """Say whether a message tells that it is not muted where it was not."""
        was_muted = self._is_muted
        if isinstance(message, MuteState):
            self._is_muted = message.muted
        return message == MuteState(muted=False) and not was_muted

    def _sum_up(self, message: Summary) -> None:
        console = Console(file=self._stream, width=80, no_color=True, force_terminal=False)
        with console.capture() as captured:
            console.print(summary(message))
        lines = (f"{line.rstrip()}\n" for line in captured.get().splitlines())
        self._stream.writelines(("\n", *lines))
        self._stream.flush()

    def _write(self, line: Event) -> None:
        self._stream.write(f"{line.when:7}  {line.kind:8}  {line.words}\n")
        self._stream.flush()

    def _write_under(self, lines: Iterable[str]) -> None:
        self._stream.writelines(f"{INDENT}{words}\n" for words in map(plain, lines) if words)
        self._stream.flush()


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
        table.add_row("microphone", Text(plain(microphone.name)), details)
    for camera in found.cameras:
        table.add_row("camera", Text(plain(camera.name)), f"number {camera.number}")
    console.print(table if table.row_count else "No microphone and no camera was found.")
    for problem in found.problems:
        console.print(Text(plain(problem), "yellow"))


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
