"""When is the screen drawn? With each message that changes it, at most ten times a second.

No thread and no timer: messages that matter are drawn at once, and the stream of small ones
(loudness, byte counts, a growing reply) brings the rest.
"""

import time
from typing import Final

from rich.console import Console
from rich.live import Live

from edge.messages import Airlocked, Level, Reply, Shown, SourceState, Summary
from edge.view.moment import Moment, fold
from edge.view.screen import LEAST_HEIGHT, LEAST_WIDTH, draw
from edge.view.summary import summary

BETWEEN_DRAWINGS_S: Final = 0.1


def fits(console: Console) -> bool:
    """Say whether a live screen can be drawn here at all."""
    if not console.is_terminal or console.is_dumb_terminal:
        return False
    is_large = console.width >= LEAST_WIDTH and console.height >= LEAST_HEIGHT
    return is_large and console.encoding.startswith("utf")


class LiveView:
    """A screen that follows a run and leaves its last state and the summary behind."""

    wants_levels = True

    def __init__(self, console: Console) -> None:
        self._console = console
        self._moment = Moment()
        self._summary: Summary | None = None
        self._drawn_s = 0.0
        self._live = Live(console=console, auto_refresh=False, vertical_overflow="crop")
        self._live.start()
        self._draw()

    def show(self, message: Shown) -> None:
        """Take one message in."""
        self._moment = fold(self._moment, message, time.time())
        if isinstance(message, Summary):
            self._summary = message
        if _matters(message) or time.monotonic() - self._drawn_s >= BETWEEN_DRAWINGS_S:
            self._draw()

    def close(self) -> None:
        """Give the terminal back, and print the summary below the last state."""
        self._draw()
        self._live.stop()
        if self._summary:
            self._console.print()
            self._console.print(summary(self._summary))
            self._summary = None

    def _draw(self) -> None:
        self._drawn_s = time.monotonic()
        width, height = self._console.size
        self._live.update(draw(self._moment, width, height), refresh=True)


def _matters(message: Shown) -> bool:
    if isinstance(message, SourceState):
        return message.phase != "running"
    if isinstance(message, Reply):
        return not message.partial
    return not isinstance(message, Level | Airlocked)
