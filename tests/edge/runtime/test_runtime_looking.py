"""Which question waits for a fresh sight, and for how long?"""

import asyncio
from collections.abc import Callable

import pytest

from edge.context import Context
from edge.evidence import Now, Question, Sight
from edge.messages import Seen, Thing
from edge.runtime import looking
from edge.runtime.conversation import Turn
from edge.runtime.looking import Looking

CUP = Thing("cup", 80, (100, 300, 300, 700))
ASKED_MS = 60_000


def sight(at_ms: int) -> Sight:
    return Sight(Seen(at_ms, (CUP,), (), 0, 0), at_ms, ASKED_MS)


def turn(text: str = "What am I looking at?") -> Turn:
    return Turn(Question(text, Now("r", ASKED_MS, 1e6)), 0.0)


class Asked:
    """A runtime whose questions wait."""

    def __init__(self) -> None:
        self.looks = 0
        self.answered: list[Turn] = []
        self.looking = Looking(self.answered.append, self.look)

    def look(self) -> None:
        self.looks += 1


def during(do: Callable[[Asked], None]) -> Asked:
    asked = Asked()

    async def run() -> None:
        do(asked)

    asyncio.run(run())
    return asked


def test_an_old_sight_is_looked_at_again_and_the_question_is_about_the_new_one() -> None:
    def ask(asked: Asked) -> None:
        asked.looking.take(turn(), Context(sights=(sight(30_000),)), is_live=True)
        assert not asked.answered
        asked.looking.seen(Context(sights=(sight(30_000), sight(61_000))))

    asked = during(ask)
    assert asked.looks == 1
    assert [each.question.now.ms for each in asked.answered] == [61_000]


@pytest.mark.parametrize(
    ("text", "seen_ms", "is_live"),
    [
        ("What am I looking at?", 58_000, True),
        ("What am I looking at?", 30_000, False),
        ("What time is it?", 30_000, True),
    ],
)
def test_nothing_waits_that_need_not(text: str, seen_ms: int, is_live: bool) -> None:
    context = Context(sights=(sight(seen_ms),))
    asked = during(lambda asked: asked.looking.take(turn(text), context, is_live=is_live))
    assert (asked.looks, len(asked.answered)) == (0, 1)


def test_where_no_sight_comes_the_answer_is_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "PATIENCE_S", 0.01)
    asked = Asked()

    async def run() -> None:
        answered = asyncio.Event()
        asked.looking = Looking(
            lambda turn: (asked.answered.append(turn), answered.set()), asked.look
        )
        asked.looking.take(turn(), Context(), is_live=True)
        await asyncio.wait_for(answered.wait(), 5)

    asyncio.run(run())
    assert [each.question.now.ms for each in asked.answered] == [ASKED_MS]


def test_a_question_that_was_not_meant_is_not_answered() -> None:
    def ask(asked: Asked) -> None:
        asked.looking.take(turn(), Context(), is_live=True)
        asked.looking.drop()
        asked.looking.seen(Context(sights=(sight(61_000),)))

    assert not during(ask).answered
