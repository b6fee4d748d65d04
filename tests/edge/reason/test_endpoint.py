import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing

import aiohttp
import pytest
from aiohttp import web
from clock_ahead import put_forward
from language_model import (
    Manner,
    Server,
    answers,
    breaks_off,
    calls,
    event,
    hangs,
    serving,
    streams,
)

from edge.config import Reasoner
from edge.messages import ContextPacket
from edge.reason import endpoint, prompt
from edge.reason.parts import Call, Ended, EndpointFailed, Heard


def with_server(manner: Manner, test: Callable[[Server], Awaitable[None]]) -> None:
    async def run() -> None:
        async with serving(manner) as server:
            await test(server)

    asyncio.run(run())


REQUEST = prompt.body("small", prompt.opening(ContextPacket("Heard: hello.", 4), "What?"))


async def heard(settings: Reasoner, environment: Mapping[str, str] | None = None) -> list[Heard]:
    async with aiohttp.ClientSession() as session:
        return [each async for each in endpoint.ask(session, settings, REQUEST, environment or {})]


async def ask(settings: Reasoner, environment: Mapping[str, str] | None = None) -> list[str]:
    return [each for each in await heard(settings, environment) if isinstance(each, str)]


def complaint(manner: Manner, **settings: object) -> str:
    found: list[str] = []

    async def test(server: Server) -> None:
        with pytest.raises(EndpointFailed) as failure:
            await ask(server.settings(**settings))
        found.append(str(failure.value).replace(server.url, "URL"))

    with_server(manner, test)
    return found[0]


def test_words_come_as_they_are_streamed() -> None:
    async def test(server: Server) -> None:
        assert await ask(server.settings()) == ["Ulaan", "baatar", "."]
        assert server.bodies[0]["model"] == "small"
        assert server.bodies[0]["stream"] is True
        assert server.bodies[0]["messages"][1] == {  # type: ignore[index]
            "role": "user",
            "content": "<data>\nHeard: hello.\n</data>\nQuestion: What?",
        }

    with_server(streams("Ulaan", "baatar", "."), test)


def test_an_answer_in_one_piece_is_taken_too() -> None:
    whole = json.dumps({"choices": [{"message": {"content": "Yes."}}]}).encode()

    async def test(server: Server) -> None:
        assert await ask(server.settings()) == ["Yes."]

    with_server(answers(200, whole, "application/json"), test)


def test_a_tool_that_is_asked_for_comes_whole() -> None:
    async def test(server: Server) -> None:
        assert await heard(server.settings()) == [
            Call("call_1", "search", '{"q": "é"}'),
            Ended(0, is_stream=True),
        ]

    with_server(calls("search", '{"q": "é"}'), test)


def test_tools_asked_for_in_one_piece_are_taken_too() -> None:
    function = {"name": "search", "arguments": "{}"}
    message = {"content": None, "tool_calls": [{"type": "function", "function": function}] * 2}
    usage = {"total_tokens": 12}
    whole = json.dumps({"choices": [{"message": message}], "usage": usage}).encode()

    async def test(server: Server) -> None:
        assert await heard(server.settings()) == [
            Call("call_0", "search", "{}"),
            Call("call_1", "search", "{}"),
            Ended(12, is_stream=False),
        ]

    with_server(answers(200, whole, "application/json"), test)


def test_events_cut_anywhere_are_put_together() -> None:
    async def manner(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for byte in event("héllo") + b"data: [DONE]\r\n":
            await response.write(bytes([byte]))
        return response

    async def test(server: Server) -> None:
        assert await ask(server.settings()) == ["héllo"]

    with_server(manner, test)


def test_the_key_comes_from_the_environment() -> None:
    async def test(server: Server) -> None:
        await ask(server.settings(api_key_env="MY_KEY"), {"MY_KEY": "sesame"})
        assert server.headers[0]["Authorization"] == "Bearer sesame"

    with_server(streams("ok"), test)


def test_a_missing_key_is_said_before_anything_is_sent() -> None:
    assert "MY_KEY, which [reasoner] api_key_env names" in complaint(
        streams("ok"), api_key_env="MY_KEY"
    )


@pytest.mark.parametrize(
    ("manner", "sentence"),
    [
        (answers(401), "URL refuses the key (status 401); check the variable that [reasoner]"),
        (answers(404), "URL knows no such model or address (status 404)"),
        (answers(500), "URL answers with status 500"),
        (answers(307), "URL answers with status 307"),
        (
            answers(200, b"<html>hello</html>", "text/html"),
            "not as an OpenAI-compatible endpoint does",
        ),
        (answers(200, b"{}", "application/json"), "not as an OpenAI-compatible endpoint does"),
        (answers(200, b"data: {rubbish\n", "text/event-stream"), "not as an OpenAI-compatible"),
        (answers(200, b"x" * 200_000, "text/event-stream"), "not as an OpenAI-compatible"),
        (streams(), "URL sent an empty answer"),
        (breaks_off, "URL broke the connection off"),
        (answers(200, event("Well"), "text/event-stream"), "URL broke its answer off"),
        (answers(429), "URL is asked too much (status 429)"),
        (answers(429, b"", **{"Retry-After": "9" * 30}), "it is not asked again for 3600 s"),
        (answers(200, b"[" * 60_000, "application/json"), "not as an OpenAI-compatible endpoint"),
        (calls("x" * 65, "{}"), "URL asks for more tools than anybody could use"),
    ],
)
def test_each_failure_is_one_clear_sentence(manner: Manner, sentence: str) -> None:
    assert sentence in complaint(manner)


def test_silence_ends_at_the_time_limit() -> None:
    assert complaint(hangs, timeout_s=1.0) == "URL did not answer for 1 s ([reasoner] timeout_s)"


def test_an_answer_that_does_not_end_is_ended() -> None:
    async def manner(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while True:
            await response.write(event("and "))
            put_forward(5)
            await asyncio.sleep(0.01)

    assert "did not end its answer within 100 s" in complaint(manner, timeout_s=20.0)


def test_silence_in_the_middle_ends_too() -> None:
    manner = streams("One", then_hang=True)
    assert "went silent in the middle" in complaint(manner, timeout_s=1.5)


def test_nobody_there_is_said() -> None:
    with pytest.raises(EndpointFailed, match=r"nothing answers at http://127\.0\.0\.1:9/v1"):
        asyncio.run(ask(Reasoner(url="http://127.0.0.1:9/v1", model="m")))


def test_an_address_that_is_none_is_said() -> None:
    with pytest.raises(EndpointFailed, match="is no address"):
        asyncio.run(ask(Reasoner(url="localhost 11434", model="m")))


def test_letting_go_ends_the_request() -> None:
    async def test(server: Server) -> None:
        settings = server.settings()
        async with aiohttp.ClientSession() as session:
            words = endpoint.ask(session, settings, REQUEST, {})
            async with aclosing(words):
                assert await anext(words) == "One"
            await asyncio.wait_for(server.hung_up.wait(), 5)

    with_server(streams("One", then_hang=True), test)


def test_what_could_command_a_terminal_is_taken_out() -> None:
    async def test(server: Server) -> None:
        assert await ask(server.settings()) == [" [31mred ", " ok"]

    with_server(streams("\x1b[31mred\n", " ok"), test)


def test_an_endless_answer_is_cut() -> None:
    async def test(server: Server) -> None:
        assert len("".join(await ask(server.settings()))) == endpoint.MOST_CHARACTERS

    with_server(streams(*["word " * 500] * 10), test)
