"""Words and answers go to the link that the command named for it: no other may want them."""

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
from edge.messages import Hush, ReturnAnswer, ReturnWords, WordsWanted

WANTED = WordsWanted("who it says it is", 7, takes_answers=True)


@pytest.mark.parametrize(
    ("link", "believed"),
    [
        ("xiaozhi", WANTED),
        ("omi-app", msgspec.structs.replace(WANTED, takes_answers=False)),
        ("websocket", None),
    ],
)
def test_who_may_want_words_is_said_by_the_command(
    link: str, believed: WordsWanted | None, tmp_path: Path
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
        assert lines == ([msgspec.json.encode(believed) + b"\n"] if believed else [])
        assert sources.words_wanted == believed
        sources.return_words(ReturnWords("hello", 1, 2, is_other=False))
        assert lines[-1] == b'[112,"hello",1,2,false]\n'
        sources.return_words(ReturnAnswer("here", goes_on=True))
        assert lines[-1] == b'[113,"here",true,false]\n'
        sources._hear(sources.sensing, child, msgspec.json.encode(Hush()))
        assert lines[-1] == msgspec.json.encode(Hush()) + b"\n"
