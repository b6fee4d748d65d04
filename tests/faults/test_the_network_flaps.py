"""The network to a reasoner comes and goes: each question is answered, by it when it is there.

What a phone's network does to it is in `tests/edge/runtime/test_runtime_network.py`.
"""

import asyncio
from pathlib import Path

from aiohttp import web
from language_model import serving_beside, streams

from edge.config import Config
from edge.messages import Notice, Reply
from edge.reason import abilities
from tests.edge.runtime.runtime_process import HELLO, RuntimeProcess, at, spoken

WAYS = ("there", "cut", "there", "silent", "silent", "there")
QUESTION = "What's the capital of Mongolia?"


def test_a_question_is_answered_whatever_the_network_does(tmp_path: Path) -> None:
    way = "there"

    async def flaps(request: web.Request) -> web.StreamResponse:
        if way == "cut" and request.transport:
            request.transport.abort()
        if way == "silent":
            await asyncio.sleep(60)
        return await streams("Ulaanbaatar.")(request)

    with serving_beside(flaps) as server:
        reasoner = server.settings(timeout_s=1.0)
        known = {abilities.name_of(reasoner): abilities.Abilities(is_known=True)}
        abilities.keep(tmp_path, known)
        with RuntimeProcess(tmp_path, settings=Config(reasoner=(reasoner,))) as runtime:
            runtime.say(HELLO)
            for number, way in enumerate(WAYS, start=1):
                runtime.tell(at(20 * number))
                runtime.say(spoken(QUESTION, 20 * number))
                shown = runtime.until(Reply)
                said = shown[-1]
                assert isinstance(said, Reply)
                assert said.source == ("small" if way == "there" else "recall")
                told = [each for each in shown if isinstance(each, Notice)]
                assert len(told) == (way != "there"), (number, told)
            runtime.summary()
    assert len(server.asked) == len(WAYS)  # none waits in a queue, none is put twice
