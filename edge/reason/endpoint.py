"""How is an OpenAI-compatible endpoint asked? One request, and one sentence on failure.

Nothing is followed elsewhere (no redirects, no proxies from the environment, no cookies), every
byte that comes back is bounded before it is believed, and the key stays in its environment
variable until the moment it is sent.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import msgspec

from edge import airlock
from edge.config import Reasoner
from edge.reason.parts import MOST_CHARACTERS, Call, Ended, EndpointFailed, Heard

MOST_LINE_BYTES: Final = 1 << 16
MOST_CALLS: Final = 8
MOST_ARGUMENTS_CHARACTERS: Final = 8_192
MOST_NAME_CHARACTERS: Final = 64
WHOLE_TIMES: Final = 5
"""The whole answer may take so many times the limit between two words."""
MOST_TOKENS: Final = 10_000_000
"""No answer took more, whatever its endpoint counts."""
MOST_REST_S: Final = 3600.0
"""An endpoint that is asked too much is not left alone for longer, whatever it says."""
_DONE: Final = b"[DONE]"
_ALIVE: Final = ""
"""Something came, and it is nothing to say."""


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _ToolCall(msgspec.Struct):
    index: int | None = None
    id: str | None = None
    function: _Function = msgspec.field(default_factory=_Function)


class _Delta(msgspec.Struct):
    content: str | None = None
    tool_calls: list[_ToolCall] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    """Two spellings of what a model thinks before it answers; nobody is told."""


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    message: _Delta | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    total_tokens: int = 0


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


async def ask(
    session: aiohttp.ClientSession,
    settings: Reasoner,
    request: bytes,
    environment: Mapping[str, str] = os.environ,
) -> AsyncGenerator[Heard, None]:
    """Yield the words of the answer as they come, then its tool calls, then its end.

    The time limit holds to the first word, and then between two words, and the whole has
    `WHOLE_TIMES` as long; closing the iterator ends the request. Raises EndpointFailed.
    """
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    if settings.api_key_env:
        headers["Authorization"] = f"Bearer {key(settings, environment)}"
    reading = _Reading(settings)
    over_s = asyncio.get_running_loop().time() + WHOLE_TIMES * settings.timeout_s
    async with aclosing(_words(session, reading, request, headers)) as words:
        while (word := await _in_time(words, reading, over_s)) is not None:
            if word := airlock.visible(word)[: MOST_CHARACTERS - reading.characters]:
                reading.characters += len(word)
                yield word
            if reading.characters >= MOST_CHARACTERS:
                break
    calls = reading.calls()
    if not reading.characters and not calls:
        raise EndpointFailed(f"{settings.url} sent an empty answer")
    for call in calls:
        yield call
    yield Ended(reading.tokens, reading.is_stream)


def key(settings: Reasoner, environment: Mapping[str, str] = os.environ) -> str:
    """Return the key of an endpoint that needs one. Raises EndpointFailed."""
    found = environment.get(settings.api_key_env, "")
    if not found or not found.isascii() or not found.isprintable():
        raise EndpointFailed(
            f"the environment variable {settings.api_key_env}, which [reasoner] api_key_env names, "
            "holds no key"
        )
    return found


@dataclass(slots=True)
class _Reading:
    """What has come of an answer so far."""

    settings: Reasoner
    characters: int = 0
    tokens: int = 0
    is_stream: bool = False
    is_whole: bool = False
    """Whether the endpoint said that this was all."""
    parts: dict[int, Call] = field(default_factory=dict)

    def take(self, payload: bytes) -> str | None:
        """Return the words of one event; None where it says nothing at all."""
        try:
            completion = msgspec.json.decode(payload, type=_Completion)
        except (ValueError, RecursionError):
            raise EndpointFailed(_not_a_completion(self.settings)) from None
        if completion.usage:
            self.tokens = min(max(0, completion.usage.total_tokens), MOST_TOKENS)
        if not completion.choices:
            return None
        choice = completion.choices[0]
        said = choice.delta or choice.message or _Delta()
        self.is_whole = self.is_whole or bool(choice.finish_reason) or choice.message is not None
        for place, each in enumerate(said.tool_calls or ()):
            self._grow(place if each.index is None else each.index, each)
        thinks = said.tool_calls or said.reasoning_content or said.reasoning
        return said.content or (_ALIVE if thinks else None)

    def _grow(self, place: int, more: _ToolCall) -> None:
        old = self.parts.get(place, Call("", "", ""))
        new = Call(
            more.id or old.id,
            old.name + (more.function.name or ""),
            old.arguments + (more.function.arguments or ""),
        )
        if (
            len(self.parts | {place: new}) > MOST_CALLS
            or len(new.arguments) > MOST_ARGUMENTS_CHARACTERS
            or max(len(new.name), len(new.id)) > MOST_NAME_CHARACTERS
        ):
            raise EndpointFailed(f"{self.settings.url} asks for more tools than anybody could use")
        self.parts[place] = new

    def calls(self) -> list[Call]:
        """Return the tools that were asked for, in order; each has an id."""
        named = [call for _, call in sorted(self.parts.items()) if call.name]
        return [
            Call(call.id or f"call_{place}", call.name, call.arguments)
            for place, call in enumerate(named)
        ]


async def _in_time(
    words: AsyncGenerator[str, None], reading: _Reading, over_s: float
) -> str | None:
    """Return the next words, None after the last ones. Raises EndpointFailed."""
    settings = reading.settings
    left_s = over_s - asyncio.get_running_loop().time()
    try:
        return await asyncio.wait_for(anext(words, None), max(0.0, min(settings.timeout_s, left_s)))
    except TimeoutError:
        too_long = left_s < settings.timeout_s
        sentence = _too_slow(settings, began=reading.characters > 0, too_long=too_long)
        raise EndpointFailed(sentence, is_silence=True) from None
    except (aiohttp.ClientError, OSError) as error:
        raise EndpointFailed(_unreachable(settings, error)) from None


async def _words(
    session: aiohttp.ClientSession, reading: _Reading, request: bytes, headers: Mapping[str, str]
) -> AsyncGenerator[str, None]:
    settings = reading.settings
    async with session.post(
        settings.url.rstrip("/") + "/chat/completions",
        data=request,
        headers=headers,
        allow_redirects=False,
        timeout=aiohttp.ClientTimeout(total=None),
    ) as response:
        if response.status != 200:  # noqa: PLR2004 (OK)
            rest_s = _retry_after_s(response.headers.get("Retry-After", ""))
            raise EndpointFailed(_refusal(settings, response.status, rest_s), rest_s)
        if response.content_type == "application/json":  # it does not stream
            yield reading.take(await _all_of(settings, response)) or _ALIVE
            return
        async for payload in _events(settings, response):
            reading.is_stream = True
            if payload == _DONE:
                return
            if (word := reading.take(payload)) is not None:
                yield word
        if not reading.is_stream:
            raise EndpointFailed(_not_a_completion(settings))
        if not reading.is_whole:
            raise EndpointFailed(f"{settings.url} broke its answer off")


async def _events(
    settings: Reasoner, response: aiohttp.ClientResponse
) -> AsyncGenerator[bytes, None]:
    """Yield what the server's events say; its comments and their names are nothing."""
    async for line in _lines(settings, response):
        if line.startswith(b"data:"):
            yield line.removeprefix(b"data:").strip()


async def _lines(
    settings: Reasoner, response: aiohttp.ClientResponse
) -> AsyncGenerator[bytes, None]:
    rest = b""
    async for piece in response.content.iter_any():
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > MOST_LINE_BYTES:
            raise EndpointFailed(_not_a_completion(settings))
        for line in lines:
            yield line
    yield rest


async def _all_of(settings: Reasoner, response: aiohttp.ClientResponse) -> bytes:
    whole = bytearray()
    async for piece in response.content.iter_any():
        whole += piece
        if len(whole) > MOST_LINE_BYTES:
            raise EndpointFailed(_not_a_completion(settings))
    return bytes(whole)


def _retry_after_s(value: str) -> float:
    """Return for how long an endpoint wants to be left alone; 0 where it says no number."""
    return min(float(value), MOST_REST_S) if value.isascii() and value.isdecimal() else 0.0


def _too_slow(settings: Reasoner, *, began: bool, too_long: bool) -> str:
    if too_long:
        limit_s = WHOLE_TIMES * settings.timeout_s
        return f"{settings.url} did not end its answer within {limit_s:g} s"
    what = "went silent in the middle of its answer" if began else "did not answer"
    return f"{settings.url} {what} for {settings.timeout_s:g} s ([reasoner] timeout_s)"


def _unreachable(settings: Reasoner, error: Exception) -> str:
    if isinstance(error, aiohttp.InvalidURL):
        return f"[reasoner] url {settings.url!r} is no address"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"nothing answers at {settings.url}; is the language model's server running?"
    return f"{settings.url} broke the connection off"


def _not_a_completion(settings: Reasoner) -> str:
    return f"{settings.url} answers, but not as an OpenAI-compatible endpoint does"


_REFUSALS: Final = {
    401: "refuses the key (status 401); check the variable that [reasoner] api_key_env names",
    403: "refuses the key (status 403); check the variable that [reasoner] api_key_env names",
    404: "knows no such model or address (status 404); check [reasoner] model and url",
    429: "is asked too much (status 429)",
}


def _refusal(settings: Reasoner, status: int, rest_s: float) -> str:
    words = _REFUSALS.get(status, f"answers with status {status}")
    pause = f"; it is not asked again for {rest_s:g} s" if rest_s else ""
    return f"{settings.url} {words}{pause}"
