"""One connection of a phone: it proves who it is, is told what happens, and asks.

Everything of the wearer's that goes to a phone passes `_say`, and is in the ledger before it is
sent. Whoever reads too slowly is let go, and gets the rest when it comes back.
"""

import asyncio
import hmac
import secrets
import time
from collections import OrderedDict
from contextlib import suppress
from typing import Final

from aiohttp import WSMsgType, web

from edge.companion import pairing, phones, wire
from edge.companion.feed import Feed, Told
from edge.companion.phones import Phone
from edge.companion.requests import CHANGES, Does, answer, audited, left
from edge.ledger import Leaving
from edge.strangers import Measure, Strangers

KNOWN_WITHIN_S: Final = 10.0
READS_WITHIN_S: Final = 10.0
PING_EVERY_S: Final = 20.0
MOST_OF_ONE: Final = 4
"""Connections of one phone; then its oldest is closed."""
MOST_ANSWERED: Final = 64
"""Requests whose answers are remembered, should one come twice."""
REST: Final = 5.0
"""After an answer no other is made for so many times as long: hearing has its turn."""


class Room:
    """What all connections share."""

    def __init__(self, does: Does, key_hash: str, strangers: Strangers) -> None:
        self.does, self.key_hash, self.strangers = does, key_hash, strangers
        self.feed = Feed()
        self.state = wire.State()
        self.wrong = 0
        """Proofs of the window that is open."""
        self.lives: list[Live] = []
        self._answered: OrderedDict[tuple[str, str], wire.Answer] = OrderedDict()
        self._rests_until_s = 0.0

    async def turn(self) -> None:
        """Wait until another answer may be made; all phones share what there is."""
        while (wait_s := self._rests_until_s - time.monotonic()) > 0:  # noqa: ASYNC110 (so long)
            await asyncio.sleep(wait_s)

    def tell(self, item: wire.Item, for_s: float | None = None) -> None:
        """Tell everybody."""
        if isinstance(item, wire.State):
            self.state = item
        until_s = None if for_s is None else _since_boot_s() + for_s
        self.feed.tell(item, time.time(), until_s)
        self._wake()
        if for_s is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(for_s, lambda: self.feed.lapse(_since_boot_s()))

    def begin_anew(self) -> None:
        """Have every phone drop what it was told: some of it was forgotten."""
        self.feed.begin_anew()
        self._answered.clear()
        self._wake()

    def _wake(self) -> None:
        for live in self.lives:
            live.news.set()

    def shut_out(self) -> None:
        """Close the connections of phones that are paired no more."""
        for live in list(self.lives):
            if not phones.is_paired(self.does.data, live.phone.id):
                live.end()

    def join(self, live: "Live") -> None:
        """Take a connection in."""
        self.lives.append(live)
        of_it = [each for each in self.lives if each.phone.id == live.phone.id]
        if len(of_it) > MOST_OF_ONE:
            of_it[0].end()

    def leave(self, live: "Live") -> None:
        """Know that a connection has ended."""
        self.lives.remove(live)

    def answer(self, phone: Phone, request: wire.Request) -> wire.Answer:
        """Answer a phone; what changes something is done once, however often it comes."""
        needs = wire.NEEDS[type(request)]
        itself = isinstance(request, wire.Revoke) and request.phone == phone.id
        if needs not in phone.scopes and not itself:
            return wire.Refused(request.id, f"this phone was not given the right to {needs}")
        key = (phone.id, request.id)
        if known := self._answered.get(key):
            return known
        if isinstance(request, wire.Ask):
            self.tell(wire.Asked(request.text, phone.name))
        connected = {live.phone.id for live in self.lives}
        began_s = time.monotonic()
        answered = answer(request, self.does, connected, self.feed.next)
        ended_s = time.monotonic()
        self._rests_until_s = ended_s + REST * (ended_s - began_s)
        if isinstance(request, CHANGES):
            self._answered[key] = answered
            if len(self._answered) > MOST_ANSWERED:
                self._answered.popitem(last=False)
        return answered


class Live:
    """A phone that is connected."""

    def __init__(
        self, room: Room, socket: web.WebSocketResponse, transport: asyncio.Transport, phone: Phone
    ) -> None:
        self.phone = phone
        self.news = asyncio.Event()
        self._room, self._socket, self._transport = room, socket, transport
        self._measure = Measure(40, 10)

    def end(self) -> None:
        """Close at once, and say nothing more."""
        self._transport.abort()

    async def go_on(self, hello: wire.Hello) -> None:
        """Tell and answer until the phone goes."""
        room, feed = self._room, self._room.feed
        number = hello.last + 1
        reload = hello.telling != feed.telling or not feed.reaches_back_to(number)
        if reload:
            number = feed.next
        room.join(self)
        phone = self.phone
        may_lend = room.does.phone_link is not None and "control" in phone.scopes
        welcome = wire.Welcome(
            *(phone.id, phone.name, phone.scopes, feed.telling, number, reload, room.state),
            may_lend=may_lend,
        )
        telling = asyncio.create_task(self._tell(welcome, number))
        try:
            await self._listen()
        finally:
            room.leave(self)
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling

    # --- telling -------------------------------------------------------------------------------

    async def _tell(self, welcome: wire.Welcome, number: int) -> None:
        with suppress(OSError, TimeoutError):  # it has gone, or is gone for us
            await self._say("Welcome", wire.spell(welcome), "a paired phone connected")
            await self._tell_from(welcome.telling, number)
        self.end()

    async def _tell_from(self, telling: str, number: int) -> None:
        feed = self._room.feed
        may_see = "see" in self.phone.scopes
        while True:
            if telling != feed.telling or not feed.reaches_back_to(number):
                telling, number = feed.telling, feed.next
                reload = wire.spell(wire.Reload(telling, number))
                await self._say("Reload", reload, "something was forgotten")
            elif told := feed.at(number):
                number += 1
                told = told.now(_since_boot_s())
                if may_see or told.what == wire.State.__name__:
                    await self._say_told(told)
            else:
                await self.news.wait()
                self.news.clear()

    async def _say_told(self, told: Told) -> None:
        is_passing = told.until_s is not None
        await self._say(told.what, told.frame, "told to a paired phone", keeps=not is_passing)

    async def _say(
        self, what: str, frame: str, why: str, text: str | None = None, *, keeps: bool = True
    ) -> None:
        """Enter a frame in the ledger and send it. Raises OSError, TimeoutError."""
        kept = (frame if text is None else text) if keeps else ""
        size_bytes = len(frame.encode())
        self._room.does.enter(Leaving(what, size_bytes, why, kept, f"phone {self.phone.id}"))
        async with asyncio.timeout(READS_WITHIN_S):
            await self._socket.send_str(frame)

    # --- listening -----------------------------------------------------------------------------

    async def _listen(self) -> None:
        with suppress(wire.Garbled, OSError, TimeoutError):
            async for message in self._socket:
                if message.type is not WSMsgType.TEXT or not await self._answer(message.data):
                    break
        self.end()

    async def _answer(self, frame: str) -> bool:
        """Answer a request; False where this is none, or one too many.

        Raises wire.Garbled, OSError, TimeoutError.
        """
        request = wire.read(frame)
        is_welcome = self._measure.take(time.monotonic())
        if isinstance(request, wire.Hello | wire.Pair) or not is_welcome:
            return False
        if not isinstance(request, CHANGES):  # a mute waits for nobody
            await self._room.turn()
        answered = self._room.answer(self.phone, request)
        if isinstance(answered, wire.Audited):
            answered = await audited(answered, self._room.does)
        why, text = left(answered)
        await self._say(type(answered).__name__, wire.spell(answered), why, text)
        if isinstance(request, wire.Revoke):
            self._room.shut_out()
        return True


def _since_boot_s() -> float:
    """Return a clock that nobody sets, and that counts while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


# --- before it is known --------------------------------------------------------------------------


async def meet(
    room: Room, socket: web.WebSocketResponse, transport: asyncio.Transport, address: str
) -> tuple[Live, wire.Hello] | None:
    """Find out whose connection this is; None, and a last word, where it is nobody's of ours.

    Raises OSError, TimeoutError.
    """
    async with asyncio.timeout(KNOWN_WITHIN_S):
        nonce = secrets.token_hex(16)
        await socket.send_str(wire.spell(wire.Challenge(nonce)))
        message = await socket.receive()
        said: wire.FromPhone | None = None
        if message.type is WSMsgType.TEXT:
            with suppress(wire.Garbled):
                said = wire.read(message.data)
        phone, hello, why = None, wire.Hello("0" * 12 + "." + "0" * 64), "this is no greeting"
        match said:
            case wire.Hello():
                phone, hello = phones.of_token(room.does.data, said.token), said
                why = "this phone is not paired, or no longer"
            case wire.Pair():
                paired, why = _pair(room, said, nonce)
                if paired:
                    phone, token, proof = paired
                    await socket.send_str(wire.spell(wire.Paired(token, proof)))
        if phone:
            room.strangers.was_let_in(address)
            return Live(room, socket, transport, phone), hello
        room.strangers.was_wrong(address, time.monotonic())
        await socket.send_str(wire.spell(wire.Closing(why)))
        return None


def _pair(room: Room, said: wire.Pair, nonce: str) -> tuple[tuple[Phone, str, str] | None, str]:
    """Let a phone in that shows the secret of an open window; or say why not."""
    data = room.does.data
    window = pairing.look(data, _since_boot_s())
    if window is None:
        return None, "no pairing is open; `offrecord pair` on the device opens one"
    meeting = pairing.Meeting(room.key_hash, nonce, said.nonce, said.name)
    if not hmac.compare_digest(meeting.phone_proof(window.secret), said.proof):
        room.wrong += 1
        if room.wrong >= pairing.MOST_WRONG:
            pairing.close(data)
            room.tell(wire.Noticed("somebody tried to pair without the secret; pairing is closed"))
        return None, "that is not the secret on the device's screen"
    if not pairing.close(data):
        return None, "another phone was faster; `offrecord pair` opens another pairing"
    try:
        phone, token = phones.let_in(data, said.name, window.scopes)
    except phones.TooManyPhones as refusal:
        return None, str(refusal)
    return (phone, token, meeting.device_proof(window.secret, token)), ""
