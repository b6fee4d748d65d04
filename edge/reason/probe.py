"""What can an endpoint do? Asked of it once, in made-up words: none of the wearer's are in them.

A yes is something that it did: the tool was called, the object was JSON, the colour was right. What
it refuses or gets wrong it is not asked for later. An endpoint that is not there has no abilities
and none are kept: it is asked again another time.
"""

import base64
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import msgspec

from edge.config import Reasoner
from edge.garbled import GARBLED
from edge.ledger import Leaving
from edge.reason import endpoint
from edge.reason.abilities import Abilities
from edge.reason.parts import Call, Ended, EndpointFailed, Enter
from edge.reason.prompt import Manner, Turn, body
from edge.tools import Tool

WHY: Final = "to find out what this endpoint can do; nothing of yours is in it"
DESCRIBED_BYTES: Final = 1 << 20
"""A hub lists hundreds of models."""
MOST_CONTEXT: Final = 1 << 24
READY: Final = Tool(
    "ready",
    "Say that you are ready.",
    '{"type":"object","properties":{"number":{"type":"integer"}},"required":["number"]}',
)
COLOUR: Final = "red"
_PICTURE_PX: Final = 32
_CONTEXT_KEYS: Final = ("n_ctx", "max_model_len", "context_length", "max_context_length")
"""What llama-server, vLLM, OpenRouter and LM Studio call the length of a model's context."""
_Judge = Callable[[str, Sequence[Call]], bool]


@dataclass(frozen=True, slots=True)
class Probe:
    """One endpoint, and the way to it."""

    session: aiohttp.ClientSession
    settings: Reasoner
    enter: Enter

    async def abilities(self) -> Abilities:
        """Find out what the endpoint can do. Raises EndpointFailed where it does not answer."""
        streams = await self._streams()
        return Abilities(
            context_tokens=await self._context_tokens(),
            streams=streams,
            tools=await self._can("Call the tool `ready` with the number 7.", _called, [READY]),
            json=await self._can('Answer with {"ready": true}', _is_json, is_json=True),
            vision=await self._can(_picture(), _saw),
            is_known=True,
        )

    async def _streams(self) -> bool:
        """Ask for anything at all, as a stream; where that is refused, in one piece."""
        try:
            _, _, ended = await self._asked("Say the word: ready", Manner())
        except EndpointFailed:
            await self._asked("Say the word: ready", Manner(streams=False))
            return False
        return ended.is_stream

    async def _can(
        self,
        content: object,
        is_right: _Judge,
        tools: Sequence[Tool] = (),
        *,
        is_json: bool = False,
    ) -> bool:
        try:
            said, calls, _ = await self._asked(content, Manner(), tools, is_json=is_json)
        except EndpointFailed:
            return False
        return is_right(said, calls)

    async def _asked(
        self,
        content: object,
        manner: Manner,
        tools: Sequence[Tool] = (),
        *,
        is_json: bool = False,
    ) -> tuple[str, list[Call], Ended]:
        turns: list[Turn] = [{"role": "user", "content": content}]
        request = body(self.settings.model, turns, tools, manner)
        if is_json:
            wanted: dict[str, Any] = msgspec.json.decode(request)
            request = msgspec.json.encode(wanted | {"response_format": {"type": "json_object"}})
        self.enter(Leaving("Probe", len(request), WHY, request.decode(), to=self.settings.url))
        said, calls, ended = "", list[Call](), Ended(0, is_stream=False)
        async for part in endpoint.ask(self.session, self.settings, request):
            match part:
                case str():
                    said += part
                case Call():
                    calls.append(part)
                case Ended():
                    ended = part
        return said, calls, ended

    async def _context_tokens(self) -> int:
        """Return the length that the endpoint says its model's context has; 0 where it does not."""
        base = self.settings.url.rstrip("/")
        for address in (f"{base}/models", f"{base.removesuffix('/v1')}/props"):
            self.enter(Leaving("Probe", 0, WHY, address, to=self.settings.url))
            found = _length(await self._described(address), self.settings.model)
            if found:
                return found
        return 0

    async def _described(self, address: str) -> object:
        """Return what an endpoint says at an address, as JSON; None where that is nothing."""
        headers = {}
        if self.settings.api_key_env:
            headers["Authorization"] = f"Bearer {endpoint.key(self.settings)}"
        limit = aiohttp.ClientTimeout(total=self.settings.timeout_s)
        whole = bytearray()
        try:
            async with self.session.get(
                address, headers=headers, allow_redirects=False, timeout=limit
            ) as response:
                async for piece in response.content.iter_any():
                    whole += piece[: DESCRIBED_BYTES - len(whole)]
            return msgspec.json.decode(whole)
        except (aiohttp.ClientError, OSError, ValueError, RecursionError):
            return None


def _called(_said: str, calls: Sequence[Call]) -> bool:
    try:
        return any(
            call.name == READY.name and "number" in msgspec.json.decode(call.arguments, type=dict)
            for call in calls
        )
    except GARBLED:
        return False


def _is_json(said: str, _calls: Sequence[Call]) -> bool:
    try:
        return isinstance(msgspec.json.decode(said), dict)
    except GARBLED:
        return False


def _saw(said: str, _calls: Sequence[Call]) -> bool:
    return COLOUR in said.lower()


def _picture() -> list[dict[str, object]]:
    """Return a question about a picture that is one colour: drawn here, not taken."""
    row = b"\0" + b"\xff\0\0" * _PICTURE_PX
    head = struct.pack(">IIBBBBB", _PICTURE_PX, _PICTURE_PX, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(row * _PICTURE_PX)), (b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    address = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    return [
        {"type": "text", "text": "Which colour is this picture? One word."},
        {"type": "image_url", "image_url": {"url": address}},
    ]


def _length(described: object, model: str, depth: int = 3) -> int:
    """Return the first length of a context that stands in a description, of that model if named."""
    if depth and isinstance(described, dict):
        listed = described.get("data")
        if isinstance(listed, list):
            named = [e for e in listed if isinstance(e, dict) and e.get("id") == model]
            return next(
                filter(None, (_length(each, model, depth - 1) for each in named or listed[:1])), 0
            )
        for name in _CONTEXT_KEYS:
            if isinstance(found := described.get(name), int) and 0 < found < MOST_CONTEXT:
                return found
        nested = (each for each in described.values() if isinstance(each, dict))
        return next(filter(None, (_length(each, model, depth - 1) for each in nested)), 0)
    return 0
