"""One source of a run: its slot, its process, and how far its stream has got."""

import socket
import time

from edge.capture.sources import Form, Source
from edge.clock import to_ms
from edge.launcher.camera_program import CameraProgram
from edge.launcher.child import Child
from edge.messages import SourceState


class Sensing:
    """What the launcher knows of a source. The slot is the end that is written to."""

    def __init__(self, source: Source) -> None:
        self.source = source
        is_wearable = source.form is Form.WEARABLE
        self.name = "firmware_bridge" if is_wearable else f"capture.{source.kind}"
        """Of its process; all that comes from a wearable comes by one."""
        self.slot: socket.socket | None = None
        self.epoch = 0
        self.state: SourceState | None = None
        self.child: Child | None = None
        self.program: CameraProgram | None = None
        """What gives the pictures, where it is none of ours."""
        self.ended = False
        self.waits_for_go = False
        self.released = False
        """Whether it ever got its GO."""
        self._left_out_ms = 0

    def take_slot(self, slot: socket.socket) -> None:
        """Write to another chamber from now on."""
        self.close_slot()
        self.slot = slot

    def close_slot(self) -> None:
        """Let the chamber find the end of this stream."""
        if self.slot:
            self.slot.close()
            self.slot = None

    def end_program(self) -> None:
        """End what gives the pictures, where it is none of ours."""
        if self.program:
            self.program.end()
            self.program = None

    @property
    def may_return(self) -> bool:
        """Whether it is a device that has worked: then it is waited for."""
        return self.source.live and self.released

    def leave_out(self, *, fast: bool) -> None:
        """Never go back to what lies before this moment of the stream."""
        self._left_out_ms = self._now_ms(runs=not fast)

    def resume_ms(self, understood_ms: int) -> int:
        """Return where the stream's clock goes on when the process is started (again).

        A file: behind the last thing that was understood. A device: where time has got to.
        """
        if self.source.live:
            return self._now_ms(runs=True)
        return max(self._left_out_ms, min(understood_ms, self._now_ms(runs=False)))

    def _now_ms(self, *, runs: bool) -> int:
        """Return the stream's clock as it was last told, or as it `runs` on with time."""
        if not self.state:
            return 0
        elapsed_s = time.monotonic() - self.state.monotonic_s if runs else 0.0
        return to_ms(self.state.samples) + round(1000 * elapsed_s)
