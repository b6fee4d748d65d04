"""How is an OpenAI-compatible endpoint asked? One request, and one sentence on failure.

Nothing is followed elsewhere (no redirects, no proxies from the environment, no cookies), every
byte that comes back is bounded before it is believed, and the key stays in its environment
variable until the moment it is sent.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Final

import aiohttp
import msgspec

from edge import airlock
from edge.config import Reasoner

INSTRUCTION: Final = (
    "You are a wearable companion. You are given what was heard and seen around its wearer, and a "
    "question of the wearer. Answer in one or two short spoken sentences. About the wearer's own "
    "affairs say only what the context says; if it does not say, say so."
)
MOST_CHARACTERS: Final = 8_000
MOST_LINE_BYTES: Final = 1 << 16
_DONE: Final = b"[DONE]"


class EndpointFailed(RuntimeError):
    """No answer came; the message is one sentence that says what to do."""


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)
    message: _Delta = msgspec.field(default_factory=_Delta)


class _Completion(msgspec.Struct):
    choices: list[_Choice]


def body(settings: Reasoner, packet: str) -> bytes:
    """Return exactly what is sent, the headers not counted."""
    return msgspec.json.encode(
        {
            "model": settings.model,
            "stream": True,
            "messages": [
                {"role": "system", "content": INSTRUCTION},
                {"role": "user", "content": packet},
            ],
        }
    )


async def ask(
    session: aiohttp.ClientSession,
    settings: Reasoner,
    request: bytes,
    environment: Mapping[str, str] = os.environ,
) -> AsyncGenerator[str, None]:
    """Yield the words of the answer as they come. Raises EndpointFailed.

    The time limit holds to the first word, and then between two words; closing the iterator ends
    the request.
    """
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    if settings.api_key_env:
        headers["Authorization"] = f"Bearer {_key(settings, environment)}"
    spoken = 0
    async with aclosing(_words(session, settings, request, headers)) as words:
        while True:
            try:
                word = await asyncio.wait_for(anext(words, None), settings.timeout_s)
            except TimeoutError:
                raise EndpointFailed(_too_slow(settings, began=spoken > 0)) from None
            except (aiohttp.ClientError, OSError) as error:
                raise EndpointFailed(_unreachable(settings, error)) from None
            if word is None:
                break
            word = airlock.visible(word)[: MOST_CHARACTERS - spoken]
            spoken += len(word)
            yield word
            if spoken >= MOST_CHARACTERS:
                return
    if not spoken:
        raise EndpointFailed(f"{settings.url} sent an empty answer")


def _key(settings: Reasoner, environment: Mapping[str, str]) -> str:
    key = environment.get(settings.api_key_env, "")
    if not key or not key.isascii() or not key.isprintable():
        raise EndpointFailed(
            f"the environment variable {settings.api_key_env}, which [reasoner] api_key_env names, "
            "holds no key"
        )
    return key


async def _words(
    session: aiohttp.ClientSession, settings: Reasoner, request: bytes, headers: Mapping[str, str]
) -> AsyncGenerator[str, None]:
    address = settings.url.rstrip("/") + "/chat/completions"
    async with session.post(
        address,
        data=request,
        headers=headers,
        allow_redirects=False,
        timeout=aiohttp.ClientTimeout(total=None),
    ) as response:
        if response.status != 200:  # noqa: PLR2004 (OK)
            raise EndpointFailed(_refusal(settings, response.status))
        if response.content_type == "application/json":  # it does not stream
            yield _word(settings, await _all_of(settings, response))
            return
        is_stream = False
        async for line in _lines(settings, response):
            if not line.startswith(b"data:"):
                continue  # a comment, an event's name, or nothing
            is_stream = True
            payload = line.removeprefix(b"data:").strip()
            if payload == _DONE:
                return
            if word := _word(settings, payload):
                yield word
        if not is_stream:
            raise EndpointFailed(_not_a_completion(settings))


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


def _word(settings: Reasoner, payload: bytes) -> str:
    try:
        completion = msgspec.json.decode(payload, type=_Completion)
    except msgspec.MsgspecError:
        raise EndpointFailed(_not_a_completion(settings)) from None
    return "".join((c.delta.content or c.message.content or "") for c in completion.choices[:1])


def _too_slow(settings: Reasoner, *, began: bool) -> str:
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
    429: "is asked too much (status 429); wait, or use another endpoint",
}


def _refusal(settings: Reasoner, status: int) -> str:
    return f"{settings.url} {_REFUSALS.get(status, f'answers with status {status}')}"
