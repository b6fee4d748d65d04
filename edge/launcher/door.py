"""What do commands ask of a run, and what are they told? The run's end of `edge/control.py`."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

from edge import control
from edge.launcher.chamber import Around, ChamberProcess
from edge.messages import Asked, MuteState, Standing, StandingProcess


class Door:
    """The control socket of one run: whoever asks is told how things stand then."""

    def __init__(
        self, folder: Path, do: Callable[[Asked], None], standing: Callable[[], Standing]
    ) -> None:
        """Listen from now on; whoever calls holds the folder."""
        self._folder, self._do, self._standing = folder, do, standing
        self._loop = asyncio.get_running_loop()
        self._socket = control.listen(folder)
        self._loop.add_reader(self._socket, self._open)

    def close(self) -> None:
        """Listen no more, and leave no name behind."""
        self._loop.remove_reader(self._socket)
        self._socket.close()
        control.forget(self._folder)

    def _open(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._socket.accept()
            self._loop.add_reader(connection, self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        """Do what one command asks and tell it how things stand then."""
        self._loop.remove_reader(connection)
        with connection, contextlib.suppress(control.BadRequest):
            self._do(control.read(connection))
            control.answer(connection, self._standing())


def standing(run_id: str, around: Around, chamber: ChamberProcess, switch: MuteState) -> Standing:
    """Return how things stand."""
    processes, sources, wearer = around.processes, around.sources, around.wearer
    alive = {n: c for n, c in processes.living.items() if c.process.poll() is None}
    checked = {
        name: state
        for name, state in processes.seals.items()
        if name in alive and state.pid == alive[name].pid
    }
    sample = chamber.sample()
    return Standing(
        run=run_id,
        pid=os.getpid(),
        processes=tuple(
            StandingProcess(
                process=name,
                profile=name.partition(".")[0],
                pid=child.pid,
                level=checked[name].level if name in checked else "C",
                is_checked=name in checked,
                also_open=sources.also_open(name),
            )
            for name, child in alive.items()
        ),
        mute=switch,
        written_bytes=sample.written_bytes,
        waiting_bytes=sample.waiting_bytes,
        before_bytes=chamber.airlock.before_bytes,
        is_counter_known=chamber.airlock.is_known,
        is_enrolled=wearer.voice is not None,
        enrolling_ms=wearer.enrolling_ms,
        sees=any(s.child and s.source.kind == "video" for s in sources.sensing),
        spares=sources.sparing.why,
    )
