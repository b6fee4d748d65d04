"""When is it looked whether a device has come back? Again and again, for as long as it takes.

Who is unplugged may be plugged in again in a second or next week. A person is told once that it is
gone, and why; the stream's clock goes on, so that the chamber sees the hole.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from edge.capture.sources import Form
from edge.launcher.child import Death
from edge.launcher.processes import Processes
from edge.launcher.sensing import Sensing

LOST_EXIT: Final = 3
BAD_SOURCE_EXIT: Final = 4
"""Exit statuses of `edge.capture`."""
LOOK_AGAIN_S: Final = 1.0
"""For a wearable's device: whether it is there, the launcher sees."""
LOOK_FOR_DEVICE_S: Final = 4.0
"""To look for another costs a process. What is back is to be used within 10 s."""


class Looking:
    """Who is waited for; `start` starts a source's process unless it runs."""

    def __init__(self, processes: Processes, start: Callable[[Sensing], None]) -> None:
        self._processes, self._start = processes, start
        self._planned: dict[str, asyncio.TimerHandle] = {}
        """By process."""

    def again(self, sensing: Sensing, after_s: float = LOOK_AGAIN_S) -> None:
        """Start it by and by, however often it takes."""
        if planned := self._planned.pop(sensing.name, None):
            planned.cancel()
        loop = asyncio.get_running_loop()
        self._planned[sensing.name] = loop.call_later(after_s, self._start_unless_over, sensing)

    def cannot_open(self, sensing: Sensing, why: str) -> None:
        """Say that a device that has worked cannot be opened, unless it is known to be away."""
        if sensing.state and sensing.state.phase != "lost":
            sensing.state = msgspec.structs.replace(sensing.state, phase="lost", detail=why)
            self._processes.tell_runtime(sensing.state)
            self._processes.show(sensing.state)

    def after_death(self, sensing: Sensing, death: Death, reason: str) -> bool:
        """Wait for a device that was lost; False where that is not why its process died."""
        if sensing.source.form is Form.WEARABLE:
            if is_lost := bool(sensing.state and sensing.state.phase == "lost"):
                self._processes.tell_death(sensing.name, reason)
                self.again(sensing)
            return is_lost
        if not sensing.may_return or death.code not in {LOST_EXIT, BAD_SOURCE_EXIT}:
            return False
        was_at_work = death.code == LOST_EXIT
        if was_at_work:
            self._processes.tell_death(sensing.name, reason)
        worked_long = was_at_work and death.lived_s > LOOK_FOR_DEVICE_S
        self.again(sensing, 0 if worked_long else LOOK_FOR_DEVICE_S)
        return True

    def _start_unless_over(self, sensing: Sensing) -> None:
        if not sensing.ended and not self._processes.is_over:
            self._start(sensing)
