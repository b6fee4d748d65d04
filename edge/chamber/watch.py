"""Has a specialist been at it for too long? Then its run is ended or, if it will not, the process.

A run that goes on for ever keeps its thread, and nothing in Python can take it back. The runtime
asks between two nodes of a graph, and in each turn of a loop, whether it is to end; a run that
hears of nothing has the process end with its name. Time is counted in the looks of the thread
that watches: what stops it (a process that is frozen, a machine that is asleep) stops the count.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import onnxruntime as ort

from edge.chamber import onnx_session
from edge.chamber.spec import Refusal, Spec
from edge.messages import Lot

LOOK_EVERY_S: Final = 1.0
GRACE_S: Final = 2.0
"""So long it may take to hear that it is to end: a whole run of most graphs is shorter."""
FATAL: Final = 4
"""What the runtime writes of a run that was ended is not for anybody."""


@dataclass(slots=True)
class Run:
    """A run that goes on, and for how long it has been seen."""

    spec: Spec
    thread: int
    options: ort.RunOptions
    seen_s: float = 0.0
    is_ended: bool = False
    """Whether it was told to end."""


class Watch:
    """Looks at every run of a process, from a thread that sleeps while there is none."""

    def __init__(self) -> None:
        self.stuck: Callable[[str, int], None] = _die
        """Ends the process for a specialist, and the thread that it keeps."""
        self._runs: dict[int, Run] = {}
        self._began = threading.Event()
        self._thread: threading.Thread | None = None

    def run(
        self,
        spec: Spec,
        session: ort.InferenceSession,
        output_names: Sequence[str] | None,
        input_feed: Mapping[str, Any],
    ) -> list[Any] | Refusal:
        """Return what it gives, or why it gave nothing.

        No error, for that would hold what it looked at.
        """
        thread = threading.get_ident()
        run = self._runs[thread] = Run(spec, thread, ort.RunOptions())
        run.options.log_severity_level = FATAL
        if not self._began.is_set():
            self._begin()
        try:
            result: list[Any] = session.run(output_names, input_feed, run.options)
        except onnx_session.BROKEN:
            return _refusal(run)
        finally:
            del self._runs[thread]
        return result

    def _begin(self) -> None:
        self._began.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, name="watching", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        while self._began.wait():
            self._began.clear()
            time.sleep(LOOK_EVERY_S)
            for run in list(self._runs.values()):
                self._judge(run)
            if self._runs:
                self._began.set()

    def _judge(self, run: Run) -> None:
        run.seen_s += LOOK_EVERY_S
        specialist = run.spec.specialist
        if run.seen_s > specialist.deadline_s + GRACE_S:
            self.stuck(specialist.name, run.thread)
        elif run.seen_s > specialist.deadline_s:
            run.is_ended = run.options.terminate = True


def _refusal(run: Run) -> Refusal:
    if run.is_ended:
        how = f"it did not answer within {run.spec.specialist.deadline_s:.0f} s"
        return run.spec.refusal(Lot.HUNG, how)
    return run.spec.refusal(Lot.FAILED, "its work ended with an error")


def _die(name: str, _thread: int) -> None:
    """Before the seal there is somebody who reads what is written here."""
    sys.stderr.write(f"{name} did not answer, and cannot be ended\n")
    sys.stderr.flush()
    os._exit(1)
