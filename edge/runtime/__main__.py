"""The text side's process: what leaves the chamber goes into the ledger, the context, an answer.

`python -m edge.runtime --airlock-fd N --data FOLDER --run ID [--settings JSON] [--fast] [--live]`.
Control lines come in on descriptor 0, everything that a person may see goes out on 1. It never
holds a sample or a pixel. It ends when the airlock ends, with a `Summary`.
"""

import argparse
import asyncio
import contextlib
import os
import sys
import traceback
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal

from edge import config, seal
from edge.messages import LINE_CHARACTERS, Notice, Shown
from edge.notes import vault
from edge.reason.handshake import Handshake
from edge.reason.local_model import LocalModel
from edge.recall.answer import shortened
from edge.runtime import home_mqtt, home_wyoming, team
from edge.runtime.agents import Agents
from edge.runtime.answers_back import AnswersBack
from edge.runtime.border import Enter
from edge.runtime.companion import Companion
from edge.runtime.conversation import Conversation
from edge.runtime.home_wyoming import HomeWyoming
from edge.runtime.lessons import Lessons
from edge.runtime.meanings import Meanings
from edge.runtime.mind import Mind
from edge.runtime.mind import Pipes as MindPipes
from edge.runtime.mouth import Mouth
from edge.runtime.pipes import CONTROL_FD, ERROR_FD, SHOWN_FD, Pipes, show
from edge.runtime.present import Present, Show
from edge.runtime.runtime import Runtime
from edge.runtime.words_back import WordsBack
from edge.tools.grants import Grants
from edge.tools.offered import Rim
from edge.tools.servers import Servers
from edge.tools.toolbox import Senses, Tools

if TYPE_CHECKING:
    import aiohttp

OURS: Final = Path(__file__).parents[1]


async def _live(arguments: argparse.Namespace) -> None:
    settings = config.from_argument(arguments.settings)
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    loop.set_exception_handler(lambda _loop, details: _fail(ended, details))
    mark: Literal["file", "live"] = "live" if arguments.live else "file"
    secret = os.read(arguments.key_fd, vault.SECRET_BYTES)
    os.close(arguments.key_fd)
    watching: list[Show] = [show]
    show_to_all = _to_each(watching)
    present = Present(Path(arguments.data), secret, arguments.run, mark, show_to_all)
    async with _to_reasoners(settings) as session:
        answers_back = AnswersBack(present.enter, show)
        mouth = _mouth(arguments, answers_back) if arguments.voice_fds else None
        said = [mouth.shown] if mouth else []
        show_and_say = _to_each([show_to_all, *said, answers_back.shown])
        conversation = Conversation(present, settings, session, show_and_say)
        if mouth:
            conversation.heard_for_s = lambda: mouth.heard_for_s
        conversation.judge.lessons = Lessons(present)
        if arguments.mind_fds:
            conversation.meanings = Meanings(
                present.notes, conversation.finder, Mind(MindPipes(*arguments.mind_fds))
            )
        if arguments.language_fds and settings.language_model:
            conversation.reasoners.local = LocalModel(
                settings.language_model, arguments.language_fds, show
            )
        runtime = Runtime(present, conversation, settings, show_to_all, is_fast=arguments.fast)
        runtime.mouth = mouth
        runtime.home_mqtt = home_mqtt.told(settings.home, secret, present, watching)
        if runtime.home_mqtt:
            runtime.team = team.room(settings.home, present, arguments.keys)
        runtime.home_wyoming = _home_wyoming(arguments, present.enter, secret)
        runtime.words_back, runtime.answers_back = WordsBack(present.enter, show), answers_back
        companion = Companion(present, conversation, settings.companion, arguments.keys, show)
        watching.append(companion.shown)
        runtime.serve(companion)
        grants = Grants(Path(arguments.data), show_and_say)
        runtime.agents = Agents(present, grants, runtime.forget_wishes)
        if settings.reasoner:
            rim = Rim(show_to_all, present.enter, dict(arguments.tool_fds))
            senses = Senses(conversation.memory, runtime.look)
            runtime.tools = Tools(present, senses, grants, Servers(settings.tool_server, rim))
            conversation.reasoners.use(runtime.tools)
        pipes = Pipes(runtime, arguments.airlock_fd, ended)
        seal.silence_stderr()
        seal.seal("runtime", writable_fds=[SHOWN_FD])
        runtime.begin()
        conversation.reasoners.begin(Handshake(Path(arguments.data), session, present.enter))
        pipes.listen()
        await ended
        pipes.drain()
        await runtime.finish()
    present.close()


def _mouth(arguments: argparse.Namespace, answers_back: AnswersBack) -> Mouth:
    """Return our side of the voice, which a wearable plays where the launcher says so."""
    if not arguments.worn:
        return Mouth(arguments.voice_fds, show)
    mouth = Mouth(arguments.voice_fds, show, answers_back)
    answers_back.is_spoken = lambda: mouth.is_speaking_the_reply
    return mouth


def _home_wyoming(arguments: argparse.Namespace, enter: Enter, secret: bytes) -> HomeWyoming | None:
    """Return our side of the house's link; what announces it is loaded before the seal."""
    if not arguments.home:
        return None
    place = arguments.announced
    return HomeWyoming(enter, show, home_wyoming.discovery(place, secret) if place else None)


def _to_each(watching: list[Show]) -> Show:
    """Return what shows a message to everybody who watches by then."""

    def show_to_all(message: Shown) -> None:
        for each in watching:
            each(message)

    return show_to_all


@contextlib.asynccontextmanager
async def _to_reasoners(
    settings: config.Config,
) -> "AsyncGenerator[aiohttp.ClientSession | None, None]":
    """Yield the way to reasoners behind an address; None where there are none."""
    if all(each.weights for each in settings.reasoner):
        yield None
        return
    import aiohttp  # noqa: PLC0415 (10 MB, which only who asks over the network needs)

    jar, headers = aiohttp.DummyCookieJar(), {"User-Agent": "offrecord"}
    async with aiohttp.ClientSession(cookie_jar=jar, headers=headers) as session:
        yield session


def _fail(ended: "asyncio.Future[None]", details: dict[str, object]) -> None:
    """End the process for anything that went wrong on the event loop."""
    error = details.get("exception")
    if not ended.done():
        ended.set_exception(error if isinstance(error, Exception) else RuntimeError("event loop"))


def _say_where(kind: type[BaseException], _error: object, trace: TracebackType | None) -> None:
    """Tell a person which fault of ours ended this process: its kind and our line, no content."""
    lines = [(Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(trace)]
    ours = [(file.relative_to(OURS), line) for file, line in lines if file.is_relative_to(OURS)]
    file, line = ours[-1] if ours else ("unknown", 0)
    with contextlib.suppress(OSError):
        show(Notice(f"the runtime failed: {kind.__name__} at {file}:{line}"[:LINE_CHARACTERS]))


def _named_descriptors(words: str) -> list[tuple[str, tuple[int, int]]]:
    named = (each.split(":") for each in words.split(";"))
    return [(name, _two_descriptors(pair)) for name, pair in named]


def _two_descriptors(words: str) -> tuple[int, int]:
    asks, answers = words.split(",")
    return int(asks), int(answers)


def main(argv: Sequence[str]) -> int:
    """Run until the airlock ends; an exit status that is not 0 was a death."""
    parser = argparse.ArgumentParser(prog="python -m edge.runtime")
    parser.add_argument("--airlock-fd", type=int, required=True)
    parser.add_argument("--key-fd", type=int, required=True, help="the notes' key, to be read")
    parser.add_argument("--data", required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--settings", default="")
    parser.add_argument("--keys", default="", help="folder of the key that phones know it by")
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--worn", action="store_true", help="a wearable plays what is spoken")
    parser.add_argument("--home", action="store_true", help="the house has sound made text")
    parser.add_argument("--announced", default="", help="where the house finds us by zeroconf")
    parser.add_argument("--live", action="store_true", help="a device is among the sources")
    parser.add_argument(
        "--mind-fds", type=_two_descriptors, default=(), help="where to ask the mind, and hear it"
    )
    parser.add_argument(
        "--language-fds",
        type=_two_descriptors,
        default=(),
        help="where to ask the language model on this device, and hear it",
    )
    parser.add_argument(
        "--voice-fds",
        type=_two_descriptors,
        default=(),
        help="where to speak, and what became of it",
    )
    parser.add_argument(
        "--tool-fds",
        type=_named_descriptors,
        default=(),
        help="where to ask each server of tools, and hear it",
    )
    arguments = parser.parse_args(argv)
    sys.excepthook = _say_where
    pipes = (*arguments.mind_fds, *arguments.language_fds, *arguments.voice_fds)
    of_tools = (end for _, pair in arguments.tool_fds for end in pair)
    fds = (arguments.airlock_fd, arguments.key_fd, *pipes, *of_tools)
    kept = {CONTROL_FD, SHOWN_FD, ERROR_FD, *fds}
    seal.close_all_but(kept)
    try:
        asyncio.run(_live(arguments))
    except (OSError, seal.CannotSeal) as error:
        with contextlib.suppress(OSError):
            show(Notice(shortened(str(error), LINE_CHARACTERS)))
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
