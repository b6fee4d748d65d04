"""Is what was seen last fresh enough to answer with, or is one more look worth waiting for?

Only where a camera is watched live: a file shows what it shows. The question waits for the sight,
and no longer than `PATIENCE_S`; then it is answered with what there is.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from edge.context import Context
from edge.evidence import Question
from edge.recall import requests
from edge.runtime.conversation import Turn

FRESH_S: Final = 5.0
"""What was told so long ago may have changed by less than the chamber takes for news."""
PATIENCE_S: Final = 2.5
"""A picture, a second of text to read, and a machine that does something else besides."""


class Looking:
    """Holds the question that waits for a sight."""

    def __init__(self, answer: Callable[[Turn], None], ask: Callable[[], None]) -> None:
        """Take who answers, and who has a fresh picture looked at."""
        self._answer, self._ask = answer, ask
        self._waiting: tuple[Turn, asyncio.TimerHandle] | None = None
        self._fresh: asyncio.Future[None] | None = None

    def take(self, turn: Turn, context: Context, *, is_live: bool) -> None:
        """Answer a question, at once or when a fresh sight has come."""
        self.drop()
        if not (is_live and is_worth_it(turn.question, context)):
            self._answer(turn)
            return
        late = asyncio.get_running_loop().call_later(PATIENCE_S, self.give_up)
        self._waiting = turn, late
        self._ask()

    async def fresh(self) -> None:
        """Return when a fresh sight has come, or did not come in time."""
        if self._fresh is None or self._fresh.done():
            self._fresh = asyncio.get_running_loop().create_future()
            self._ask()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._fresh), PATIENCE_S)

    def seen(self, context: Context) -> None:
        """Answer what waits for a sight: one has come, and is what is asked about."""
        if self._fresh and not self._fresh.done():
            self._fresh.set_result(None)
        if self._waiting:
            turn, _ = self._waiting
            self.drop()
            at_ms = max(turn.question.now.ms, context.sights[-1].since_ms)
            question = replace(turn.question, now=context.now_at(at_ms))
            self._answer(replace(turn, question=question))

    def give_up(self) -> None:
        """Answer what waits with what there is."""
        if self._waiting:
            turn, _ = self._waiting
            self.drop()
            self._answer(turn)

    def drop(self) -> None:
        """Forget what waits: something else was asked, or it was not meant."""
        if self._waiting:
            self._waiting[1].cancel()
            self._waiting = None


def is_worth_it(question: Question, context: Context) -> bool:
    """Say whether it is asked what is in view, and the last sight is old."""
    if not requests.is_of_sight(question.text):
        return False
    newest_ms = max((sight.since_ms for sight in context.sights), default=-1)
    return newest_ms < 0 or question.now.ms - newest_ms > 1000 * FRESH_S
