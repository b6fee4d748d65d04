"""A phone that is no browser: it believes one key's hash, and nothing else."""

import asyncio
import contextlib
import itertools
import secrets
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
import msgspec

from edge.companion import key, wire
from edge.companion.pairing import Link, Meeting
from edge.tls import any_certificate

WITHIN_S = 20.0
_to_phone: "msgspec.json.Decoder[wire.ToPhone]" = msgspec.json.Decoder(wire.ToPhone)
_Said = TypeVar("_Said")
_numbers = itertools.count(1)


class WrongKey(Exception):
    """Whoever answered is not the device whose key was shown."""


class ShutOut(Exception):
    """The device said no, and why."""


@dataclass
class Phone:
    """One phone, with what it remembers between connections."""

    link: Link
    name: str = "Test phone"
    here: str = ""
    """The phone's address; empty for one of loopback's that nobody else has."""
    token: str = ""
    telling: str = ""
    last: int = 0
    events: list[wire.Event] = field(default_factory=list)
    welcome: wire.Welcome | None = None
    _unread: list[wire.Item] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        # Nobody shares the measure of its address.
        here = (self.here or f"127.0.1.{next(_numbers)}", 0)
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=here))
        try:
            await self._connect()
        except BaseException:
            await self._session.close()
            raise
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        await self.socket.close()
        await self._session.close()
        await asyncio.sleep(0)  # the transport closes in its own time
        self.transport.abort()

    async def _connect(self) -> None:
        at = f"https://{self.link.addresses[0]}:{self.link.port}/live"
        self.socket = await self._open(at)
        self.transport = self.socket._conn.transport
        secured = self.socket.get_extra_info("ssl_object")
        if key.hash_of(secured.getpeercert(binary_form=True)) != self.link.key_hash:
            await self.socket.close()
            raise WrongKey
        challenge = await self.hear(wire.Challenge)
        if self.token:
            await self.say(wire.Hello(self.token, self.telling, self.last))
        else:
            await self._pair(challenge.nonce)
        self.welcome = await self.hear(wire.Welcome)
        if self.welcome.reload:
            self.telling, self.last = self.welcome.telling, self.welcome.next - 1
            self.events.clear()

    async def _open(self, at: str) -> aiohttp.ClientWebSocketResponse:
        """Connect; whoever is turned away at the door comes again, as an app does."""
        until_s = time.monotonic() + WITHIN_S
        while True:
            try:
                return await self._session.ws_connect(at, ssl=any_certificate())
            except aiohttp.ClientConnectionError:
                if time.monotonic() > until_s:
                    raise
                await asyncio.sleep(0.2)

    async def _pair(self, nonce: str) -> None:
        meeting = Meeting(self.link.key_hash, nonce, secrets.token_hex(16), self.name)
        proof = meeting.phone_proof(self.link.secret)
        await self.say(wire.Pair(self.name, meeting.phone_nonce, proof))
        paired = await self.hear(wire.Paired)
        if paired.proof != meeting.device_proof(self.link.secret, paired.token):
            raise WrongKey
        self.token = paired.token

    async def until_shut_out(self) -> None:
        """Hear until the connection is over."""
        with contextlib.suppress(ShutOut):
            while True:
                await self.next()

    async def say(self, said: object) -> None:
        await self.socket.send_str(msgspec.json.encode(said).decode())

    async def ask(self, request: wire.Request) -> Any:  # noqa: ANN401 (its answer)
        """Send a request and return its answer."""
        await self.say(request)
        while True:
            said = await self.next()
            if getattr(said, "id", None) == request.id:
                return said

    async def hear(self, kind: type[_Said]) -> _Said:
        """Return what comes next of a kind."""
        while True:
            said = await self.next()
            if isinstance(said, kind):
                return said

    async def told(self, kind: type[_Said]) -> _Said:
        """Return the next item of a kind that happens."""
        while True:
            while self._unread:
                item = self._unread.pop(0)
                if isinstance(item, kind):
                    return item
            await self.hear(wire.Event)

    async def next(self) -> wire.ToPhone:
        message = await asyncio.wait_for(self.socket.receive(), WITHIN_S)
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise ShutOut(message.type.name)
        said = _to_phone.decode(message.data)
        if isinstance(said, wire.Closing):
            raise ShutOut(said.why)
        if isinstance(said, wire.Reload):
            self.telling, self.last = said.telling, said.next - 1
            self.events.clear()
        if isinstance(said, wire.Event):
            assert said.number == self.last + 1, "something is missing, or doubled"
            self.last = said.number
            self.events.append(said)
            self._unread.append(said.item)
        return said
