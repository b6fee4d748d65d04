"""Is the server that our tests talk to one that OpenAI's own client takes for its own?

What ours concludes from each manner of it is held against what theirs does.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import openai
import pytest
from language_model import (
    Manner,
    Server,
    answers,
    breaks_off,
    calls,
    hangs,
    serving_beside,
    streams,
)

from edge.messages import ContextPacket
from edge.reason import endpoint, prompt
from edge.reason.parts import Call, EndpointFailed, Heard

TURNS = prompt.opening(ContextPacket("Heard: hello.", 4), "What?")
REQUEST = prompt.body("small", TURNS)


@contextmanager
def theirs(server: Server, limit_s: float = 5.0) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        api_key="none", base_url=server.url, max_retries=0, timeout=limit_s
    ) as client:
        yield client


def heard_by_theirs(client: openai.OpenAI) -> tuple[str, list[tuple[str, str]]]:
    words, tools = "", list[list[str]]()
    with client.chat.completions.create(
        model="small",
        messages=TURNS,  # type: ignore[arg-type]
        stream=True,
    ) as stream:
        for chunk in stream:
            delta = chunk.choices[0].delta
            words += delta.content or ""
            for call in delta.tool_calls or ():
                assert call.function
                if call.id:
                    tools.append([call.function.name or "", ""])
                tools[-1][1] += call.function.arguments or ""
    return words, [(name, arguments) for name, arguments in tools]


async def heard_by_ours(server: Server, limit_s: float = 5.0) -> list[Heard]:
    async with aiohttp.ClientSession() as session:
        settings = server.settings(timeout_s=limit_s)
        return [part async for part in endpoint.ask(session, settings, REQUEST, {})]


@pytest.mark.parametrize(
    "manner", [streams("Ulaan", "baatar ", "ü."), calls("search", '{"q": "é"}')]
)
def test_both_hear_the_same(manner: Manner) -> None:
    with serving_beside(manner) as server, theirs(server) as client:
        words, tools = heard_by_theirs(client)
        ours = asyncio.run(heard_by_ours(server))
    assert "".join(part for part in ours if isinstance(part, str)) == words
    assert [(part.name, part.arguments) for part in ours if isinstance(part, Call)] == tools
    sent_by_theirs, sent_by_ours = server.bodies
    assert sent_by_ours == sent_by_theirs


@pytest.mark.parametrize(
    "manner",
    [
        answers(401),
        answers(404),
        answers(429, b"", **{"Retry-After": "3"}),
        answers(500),
        hangs,
        breaks_off,
        streams("Well", then_hang=True),
        answers(200, b"data: {rubbish\n\n", "text/event-stream"),
    ],
)
def test_both_call_the_same_a_failure(manner: Manner) -> None:
    with serving_beside(manner) as server, theirs(server, 0.3) as client:
        with pytest.raises((openai.OpenAIError, ValueError)):
            heard_by_theirs(client)
        with pytest.raises(EndpointFailed):
            asyncio.run(heard_by_ours(server, 0.3))
