"""May a tool with an effect outside be used? The wearer says so: once, always or never, per tool.

What was said for always or never stands in a small file beside the notes: names of tools, no words
of the wearer. What is not decided is asked on every screen, and aloud. No answer within a minute is
a no. A spoken yes counts once, right after the question, in a voice that is known as the wearer's.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec

from edge import whole_file
from edge.garbled import GARBLED
from edge.messages import (
    LINE_CHARACTERS,
    SENTENCE_CHARACTERS,
    Notice,
    Reply,
    Shown,
    Speaker,
    Transcript,
    Wanted,
)
from edge.recall.answer import shortened

FILE_NAME: Final = "grants.json"
"""In the data folder."""
ANSWERED_WITHIN_S: Final = 60.0
SPOKEN_WITHIN_S: Final = 15.0
MOST_WAITING: Final = 8
"""Questions at once; a reasoner that asks for more gets a no."""
Standing = Literal["always", "never"]
Choice = Literal["once", "always", "never"]
YES: Final = re.compile(
    r"(?:yes|yeah|yep|sure|okay|ok|go ahead|do it|please do|allow it|you may)"
    r"(?:,? (?:please|you may|go ahead|do it|do|of course|sure))?",
    re.IGNORECASE,
)
NO: Final = re.compile(
    r"(?:no|nope|nah|don'?t|do not|stop|never|better not|you may not)"
    r"(?:,? (?:thanks|thank you|please|don'?t|do not|you may not|do that|do it|way))?",
    re.IGNORECASE,
)


class GrantsUnwritable(OSError):
    """What was decided cannot be kept; one sentence."""


class GrantsFile:
    """What was decided for good. Another process may change it at any time."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def read(self) -> dict[str, Standing]:
        """Return what was decided; nothing where there is no file, or none that can be read."""
        with contextlib.suppress(OSError, *GARBLED):
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Standing])
        return {}

    def decide(self, tool: str, standing: Standing | None) -> None:
        """Keep a decision, or none any more. Raises GrantsUnwritable."""
        decided = self.read()
        decided.pop(tool, None)
        if standing:
            decided[tool] = standing
        self._write(decided)

    def reset(self) -> None:
        """Have nothing decided. Raises GrantsUnwritable."""
        self._write({})

    def _write(self, decided: dict[str, Standing]) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            whole_file.write(self._path, msgspec.json.format(msgspec.json.encode(decided)))
        except OSError as error:
            raise GrantsUnwritable(f"cannot keep that in {self._path}: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class _Pending:
    wanted: Wanted
    asked_s: float
    answered: "asyncio.Future[Choice]"


class Grants:
    """The questions that wait for the wearer."""

    def __init__(self, folder: Path, show: Callable[[Shown], None]) -> None:
        self._file, self._show = GrantsFile(folder), show
        self._next = 1
        self._pending: dict[int, _Pending] = {}

    async def may(self, tool: str, what: str, why: str, *, is_each_asked: bool = False) -> Choice:
        """Return whether a tool may be used now, and for how long that was said.

        Where each use is asked about, nothing is allowed for always.
        """
        standing = self._file.read().get(tool)
        if standing and not (is_each_asked and standing == "always"):
            return standing
        if len(self._pending) >= MOST_WAITING:
            return "never"
        what = shortened(what, SENTENCE_CHARACTERS)
        wanted = Wanted(self._next, tool, what, shortened(why, LINE_CHARACTERS))
        self._next += 1
        answered: asyncio.Future[Choice] = asyncio.get_running_loop().create_future()
        self._pending[wanted.id] = _Pending(wanted, time.monotonic(), answered)
        self._show(wanted)
        self._show(Reply(f"May I use {tool}? Say yes or no.", "grant", ()))
        try:
            return await asyncio.wait_for(answered, ANSWERED_WITHIN_S)
        except TimeoutError:
            self._show(Notice(f"{tool} was not used: nobody answered"[:LINE_CHARACTERS]))
            return "never"
        finally:
            del self._pending[wanted.id]

    def answer(self, number: int, choice: Choice) -> None:
        """Take an answer; for good, unless it is `once`. One that comes too late is ignored."""
        pending = self._pending.get(number)
        if pending is None or pending.answered.done():
            return
        if choice != "once":
            try:
                self._file.decide(pending.wanted.tool, choice)
            except GrantsUnwritable as error:
                self._show(Notice(shortened(str(error), LINE_CHARACTERS)))
        pending.answered.set_result(choice)

    def heard(self, heard: Transcript, spoken_s: float) -> bool:
        """Take a spoken yes or no; say whether it was one. `spoken_s`: when its last word ended.

        A yes counts only in the wearer's own voice, known by enrolment; a no in any voice that may
        be the wearer's. With two questions open nobody can tell which one it answers.
        """
        words = heard.text.strip(" .!,")
        began_s = spoken_s - (heard.end_ms - heard.start_ms) / 1000
        asked = [each for each in self._pending.values() if not each.answered.done()]
        if len(asked) != 1 or not 0 <= began_s - asked[0].asked_s <= SPOKEN_WITHIN_S:
            return False
        if NO.fullmatch(words) and heard.speaker is not Speaker.OTHER:
            asked[0].answered.set_result("never")
            return True
        if YES.fullmatch(words) and heard.speaker is Speaker.WEARER:
            asked[0].answered.set_result("once")
            return True
        return False
