"""Words go back to the link that the command named for it: no other may want them."""

import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from edge import config
from edge.capture.sources import of_wearable
from edge.launcher.births import Run
from edge.launcher.doorway import Doorway
from edge.launcher.processes import Processes
from edge.launcher.run import PROGRAMS
from edge.launcher.sources import Ask, SourceProcesses
from edge.messages import ReturnWords, WordsWanted

WANTED = WordsWanted("the Omi app", 7)


@pytest.mark.parametrize(("link", "is_believed"), [("omi-app", True), ("websocket", False)])
def test_who_may_want_words_is_said_by_the_command(
    link: str, is_believed: bool, tmp_path: Path
) -> None:
    lines: list[bytes] = []
    settings = config.Config()
    with socket.socket() as listener:
        doorway = Doorway(link, bytes(32), listener)
        run = Run(settings, of_wearable(settings), tmp_path, doorway=doorway)
        ask = Ask(*[lambda: True] * 3, lambda: None, lambda _: None)
        processes = Processes(lambda _: None, lambda _: None)
        runtime: Any = SimpleNamespace(tell=lines.append)
        processes.living["runtime"] = runtime
        sources = SourceProcesses(run, PROGRAMS, processes, ask)
        child: Any = SimpleNamespace(offer=lines.append)
        sources.sensing[0].child = child
        sources._hear(sources.sensing, child, msgspec.json.encode(WANTED))
        assert bool(lines) == is_believed
        assert sources.words_wanted == (WANTED if is_believed else None)
        sources.return_words(ReturnWords("hello", 1, 2, is_other=False))
        assert lines[-1] == b'[112,"hello",1,2,false]\n'
