"""A mind for one command: started, sealed and looked at as the launcher does it, then ended."""

import asyncio
import os
import select
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from edge import config, seal
from edge.launcher import births
from edge.launcher.births import Run
from edge.launcher.child import Child
from edge.runtime.mind import Mind, Pipes
from edge.search.sought import Understood

BORN_WITHIN_S: Final = 60.0
PATIENCE_S: Final = 30.0
"""Whoever types a command waits for the mind where a wearer would not."""


class NoMind(RuntimeError):
    """There is none to ask; one sentence."""


def understood(settings: config.Config, folder: Path, question: str) -> Understood | None:
    """Return what a question means. Raises NoMind."""

    async def asked() -> Understood | None:
        with started(settings, folder) as mind:
            return mind.understand(question)

    return asyncio.run(asked())


@contextmanager
def started(settings: config.Config, folder: Path) -> Iterator[Mind]:
    """Start a mind, and end it; the event loop must be running. Raises NoMind."""
    with ExitStack() as held:
        asks_read, asks = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        answers, answers_write = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        for end in (asks, answers):
            held.callback(os.close, end)
        run = Run(settings, (), folder)
        child = Child(births.mind(run, "edge.mind"), stdin=asks_read, stdout=answers_write)
        held.callback(child.process.wait)
        held.callback(child.kill)
        os.close(asks_read)
        os.close(answers_write)
        greets = select.poll()
        greets.register(answers, select.POLLIN)
        if not greets.poll(BORN_WITHIN_S * 1000) or not os.read(answers, 1):
            raise NoMind("there is no mind to ask: run `offrecord models fetch minilm`")
        if problems := seal.inspect(child.pid, "mind").problems:
            raise NoMind(f"the mind is not sealed: {problems[0]}")
        mind = Mind(Pipes(asks, answers), PATIENCE_S)
        mind.awake()
        yield mind
