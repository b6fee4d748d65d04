"""A process that the run can do without: what thinks about texts, what speaks them.

It has two pipes to the runtime, a packet a message, of which the launcher keeps all four ends, so
that both can die. The first that it says is that it is sealed: then it is looked at from outside,
and the runtime learns of it. When it cannot start, or dies too often, a person is told, and the
run goes on.
"""

import asyncio
import contextlib
import os
import select
from collections.abc import Callable
from typing import Final

from edge.launcher.child import Birth, Child, Death
from edge.launcher.processes import Processes
from edge.messages import LINE_CHARACTERS, ChildDied

PACKET_BYTES: Final = 4096


class Aside:
    """One such process, from its first birth to the run's end.

    It is named like its profile, or that and a point and what tells it from another.
    """

    def __init__(  # noqa: PLR0913 (one option each, all but three by name)
        self,
        name: str,
        processes: Processes,
        born: Callable[[], Birth],
        *,
        is_missed: bool = True,
        given_up: Callable[[], None] = lambda: None,
        differs: Callable[[Death], bool] = lambda _: False,
    ) -> None:
        """Prepare it. Unless `is_missed`, nobody is told when it cannot even start.

        `given_up` is called when it will not be started again: what it held is free. `differs` says
        of a death whether the next one is another, without what this one died of.
        """
        self.name = name
        self.pipes = _Pipes()
        self._processes, self._born, self._is_missed = processes, born, is_missed
        self._loop = asyncio.get_running_loop()
        self._child: Child | None = None
        self.is_given_up = False
        self._given_up, self._differs = given_up, differs

    def start(self) -> None:
        """Start it, in place of one that still runs."""
        if self.is_given_up:
            return
        self.end()
        for end in (self.pipes.asks_read, self.pipes.answers_read):
            _drain(end)  # what one that died was told, or has said, is not for the next one
        child = Child(self._born(), stdin=self.pipes.asks_read, stdout=self.pipes.answers_write)
        self._child = self._processes.living[self.name] = child
        child.on_death(lambda death: self._died(child, death))
        self._loop.add_reader(self.pipes.answers_read, self._greet, child)

    def end(self) -> None:
        """End it at once, if it runs; it is not started again for that."""
        self._processes.drop_plan(self.name)
        self._loop.remove_reader(self.pipes.answers_read)
        if self._child:
            self._child.kill()
            self._child = None
            self._processes.tell_runtime(ChildDied(self.name, "ended"))

    def close(self) -> None:
        """Give the pipes back."""
        self._loop.remove_reader(self.pipes.answers_read)
        self.pipes.close()

    def _greet(self, child: Child) -> None:
        """Check it from outside; the runtime speaks with it from then on."""
        self._loop.remove_reader(self.pipes.answers_read)
        self._processes.check(child, self.name.partition(".")[0])

    def _died(self, child: Child, death: Death) -> None:
        if child is not self._child:
            return
        if not self._processes.is_over and self._differs(death):
            self.start()
            return
        self._loop.remove_reader(self.pipes.answers_read)
        self._child = None
        has_worked = self.name in self._processes.seals
        if self._processes.is_over:
            return
        if has_worked and self._processes.plan(self.name, death, death.reason, self.start):
            return
        self.is_given_up = True
        self._given_up()
        why = "it died too often" if has_worked else death.reason[:LINE_CHARACTERS]
        self._processes.tell_runtime(ChildDied(self.name, why))
        if has_worked:
            self._processes.notice(f"no {self.name} any more, it died too often: {death.reason}")
        elif self._is_missed:
            self._processes.notice(f"no {self.name}: {death.reason}")


class _Pipes:
    """What it is asked goes one way, what it answers the other, a packet each."""

    def __init__(self) -> None:
        self.asks_read, self.asks_write = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        self.answers_read, self.answers_write = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)

    @property
    def of_runtime(self) -> tuple[int, int]:
        """What the runtime is given: where to ask, and where to hear."""
        return self.asks_write, self.answers_read

    def close(self) -> None:
        """Give all ends back."""
        for end in (self.asks_read, self.asks_write, self.answers_read, self.answers_write):
            os.close(end)


def _drain(end: int) -> None:
    waiting = select.poll()
    waiting.register(end, select.POLLIN)
    while waiting.poll(0):
        with contextlib.suppress(BlockingIOError):  # the runtime may have read it first
            os.read(end, PACKET_BYTES)
