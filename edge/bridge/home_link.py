"""How are the house's connections served? Sound goes into the slot, words and voice come back.

One request for text and one for speech at a time: who comes meanwhile waits, unread. Nothing is
waited for without end, so who hangs costs others a moment, and what is not read is not kept.
"""

import asyncio
import contextlib
import itertools
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from edge.bridge.home_speech import Speech
from edge.capture.chunks import Chunker
from edge.clock import SAMPLE_RATE_HZ, to_ms
from edge.messages import HomeAsks, HomeHeard, HomeVoice
from edge.signals import BLOCK_SAMPLES, HomeMark, HomeSound, HomeStep
from edge.slot import STEPS, OfHouse, SoundRecord, records
from firmware_bridge import wyoming_server
from firmware_bridge.wyoming_server import Begin, Offers, Say, Session, Sound, Stop, Wish

CHAMBER_GONE: Final = 5
"""Exit status, as that of `edge.capture`."""
AT_ONCE: Final = 8
"""Connections; the others are closed at once."""
MOST_READ_BYTES: Final = 65_536
MOST_REPLIES: Final = 64
IDLE_S: Final = 60.0
"""A connection that asks nothing for so long is closed."""
NEXT_SOUND_S: Final = 5.0
"""So long others wait for who has begun to send sound and sends no more."""
TURN_WITHIN_S: Final = 45.0
"""Longer than one whole request; who waits longer for a turn is told so."""
ANSWER_WITHIN_S: Final = 30.0
SENT_WITHIN_S: Final = 10.0
BUSY: Final = "others were listened to for too long; ask again"
NO_ANSWER: Final = "the words were not found in time; ask again"
NO_VOICE: Final = "nothing speaks on this device; install espeak-ng there"


@dataclass(slots=True)
class Request:
    """Sound of which something is wanted."""

    number: int
    wants_text: bool
    tell: Callable[[bytes], None] = field(repr=False)
    chunker: Chunker = field(default_factory=lambda: Chunker(SAMPLE_RATE_HZ, 0, BLOCK_SAMPLES))
    words: "asyncio.Future[str]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    """What was found; empty where only speech was listened for, once all was listened to."""
    speaks: bool = False
    """What was told last of who speaks in it."""
    ends_ms: int | None = None
    """Where the sound ends of which no words are wanted, once that is known."""

    def found(self, words: str) -> None:
        """Know what there was."""
        if not self.words.done():
            self.words.set_result(words)


class SlotEnd:
    """The write end of the chamber's slot for the house. It waits while the slot is full."""

    def __init__(self, slot: socket.socket, epoch: int) -> None:
        self._slot, self._epoch = slot, epoch
        self._slot.setblocking(False)  # noqa: FBT003 (its only parameter)
        self._sequence = 0
        self._record = SoundRecord()

    async def send(self, signal: OfHouse) -> None:
        """Hand it over; its samples are overwritten."""
        loop, sequence = asyncio.get_running_loop(), self._sequence
        self._sequence += 1
        try:
            if isinstance(signal, HomeSound):
                sound = self._record.wrap(signal, epoch=self._epoch, sequence=sequence)
                await loop.sock_sendall(self._slot, sound)
                signal.samples.fill(0)
                self._record.clear()
            else:
                for record in records(signal, epoch=self._epoch, sequence=sequence):
                    await loop.sock_sendall(self._slot, record)
        except (BrokenPipeError, ConnectionResetError):  # nobody listens any more
            os._exit(CHAMBER_GONE)


class HomeLink:
    """All connections of the house."""

    def __init__(
        self,
        slot: SlotEnd,
        speech: Speech | None,
        offers: Offers,
        report: Callable[[HomeAsks], None],
    ) -> None:
        """Serve what is offered; `report` tells the launcher who asks, before any sound goes in."""
        self._slot, self._speech, self._offers, self._report = slot, speech, offers, report
        self._numbers = itertools.count(time.monotonic_ns() // 1_000_000)
        """No two of a run are the same, also when this process was started again."""
        self._turn = asyncio.Lock()
        self._asking: Request | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def serve(self, listener: socket.socket) -> None:
        """Take connections for ever."""
        loop = asyncio.get_running_loop()
        while True:
            connection, (peer, *_) = await loop.sock_accept(listener)
            self.adopt(connection, peer)

    def adopt(self, connection: socket.socket, peer: str) -> None:
        """Serve one connection, unless there are enough."""
        if len(self._open) >= AT_ONCE:
            connection.close()
            return
        task = asyncio.get_running_loop().create_task(self._serve_one(connection, peer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def until_all_have_gone(self) -> None:
        """Return when every connection is closed."""
        if self._open:
            await asyncio.wait(self._open)

    def told(self, message: HomeVoice | HomeHeard) -> None:
        """Take what was found in the sound of the request of that number."""
        request = self._asking
        if request is None or request.number != message.number:
            return
        if isinstance(message, HomeHeard):
            request.found(message.text)
            return
        if message.speaks != request.speaks:
            request.speaks = message.speaks
            request.tell(wyoming_server.voice(message.at_ms, speaks=message.speaks))
        if request.ends_ms is not None and message.at_ms >= request.ends_ms:
            request.found("")

    # --- one connection ------------------------------------------------------------------------

    async def _serve_one(self, connection: socket.socket, peer: str) -> None:
        connection.setblocking(False)  # noqa: FBT003 (its only parameter)
        waiting: asyncio.Queue[bytes] = asyncio.Queue(MOST_REPLIES)
        sending = asyncio.get_running_loop().create_task(_send_all(connection, waiting))
        visit = _Visit(Session(self._offered()), waiting, peer.partition("%")[0])
        try:
            with contextlib.suppress(OSError, TimeoutError):
                await self._converse(connection, visit)
            with contextlib.suppress(TimeoutError):
                await waiting.put(b"")
                await asyncio.wait_for(sending, SENT_WITHIN_S)
        finally:
            sending.cancel()
            connection.close()

    def _offered(self) -> Offers:
        is_spoken = self._speech is not None and self._speech.is_there
        return self._offers if is_spoken else replace(self._offers, voice="")

    async def _converse(self, connection: socket.socket, visit: "_Visit") -> None:
        loop, session = asyncio.get_running_loop(), visit.session
        async with contextlib.AsyncExitStack() as visit.stack:
            while not session.is_over:
                patience_s = IDLE_S if visit.request is None else NEXT_SOUND_S
                reading = loop.sock_recv(connection, MOST_READ_BYTES)
                piece = await asyncio.wait_for(reading, patience_s)
                if not piece:
                    return
                for wish in session.feed(piece):
                    await self._do(wish, visit)
                replies, session.replies = session.replies, []
                for reply in replies:
                    await visit.say(reply)

    async def _do(self, wish: Wish, visit: "_Visit") -> None:
        match wish:
            case Begin() if visit.request is None:
                await self._begin(wish, visit)
            case Sound() if visit.request:
                await self._pass_on(visit.request, wish.samples)
            case Stop() if visit.request:
                await self._answer(visit.request, visit)
                await visit.stack.aclose()  # others have their turn
            case Say():
                await self._say(wish.text, visit)
            case _:  # of a request that was refused
                pass

    # --- sound to text -------------------------------------------------------------------------

    async def _begin(self, begin: Begin, visit: "_Visit") -> None:
        try:
            await asyncio.wait_for(self._turn.acquire(), TURN_WITHIN_S)
        except TimeoutError:
            visit.session.refuse(BUSY)
            return
        visit.stack.push_async_callback(self._over, visit)
        request = Request(next(self._numbers), begin.wants_text, visit.say_now)
        self._asking = visit.request = request
        self._report(HomeAsks(request.number, visit.peer))
        await self._slot.send(HomeMark(request.number, HomeStep.BEGINS))

    async def _pass_on(self, request: Request, sound: bytes, *, is_last: bool = False) -> None:
        samples = np.frombuffer(sound, "<i2").astype(np.float32)
        samples /= STEPS
        for chunk in request.chunker.feed(samples, last=is_last):
            await self._slot.send(HomeSound(chunk.samples, chunk.start))

    async def _answer(self, request: Request, visit: "_Visit") -> None:
        await self._pass_on(request, b"", is_last=True)
        if request.wants_text:
            await self._slot.send(HomeMark(request.number, HomeStep.ENDS))
        else:
            request.ends_ms = to_ms(request.chunker.position)
            await self._slot.send(HomeMark(request.number, HomeStep.IS_DROPPED))
        try:
            words = await asyncio.wait_for(request.words, ANSWER_WITHIN_S)
        except TimeoutError:
            visit.session.refuse(NO_ANSWER)
            return
        if request.wants_text:
            await visit.say(wyoming_server.transcript(words, self._offers.language))

    async def _over(self, visit: "_Visit") -> None:
        """Have nothing kept of a request, however it ended, and let the next one begin."""
        request, visit.request, self._asking = visit.request, None, None
        try:
            if request and not request.words.done():
                await self._slot.send(HomeMark(request.number, HomeStep.IS_DROPPED))
        finally:
            self._turn.release()

    # --- text to sound -------------------------------------------------------------------------

    async def _say(self, text: str, visit: "_Visit") -> None:
        if self._speech is None or not self._speech.is_there:
            visit.session.refuse(NO_VOICE)
            return
        await visit.say(wyoming_server.speech_begins())
        at = 0
        async with contextlib.aclosing(self._speech.sound(text)) as pieces:
            async for piece in pieces:
                await visit.say(wyoming_server.speech(piece, to_ms(at)))
                at += len(piece) // 2
        await visit.say(wyoming_server.speech_ends(to_ms(at)))


@dataclass(slots=True)
class _Visit:
    """One connection: what it said, what waits to be sent to it, and what it asks now."""

    session: Session
    waiting: "asyncio.Queue[bytes]" = field(repr=False)
    peer: str
    request: Request | None = None
    stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    async def say(self, reply: bytes) -> None:
        """Send when there is room; raise TimeoutError where nobody reads."""
        await asyncio.wait_for(self.waiting.put(reply), SENT_WITHIN_S)

    def say_now(self, reply: bytes) -> None:
        """Send, unless nobody reads: then it is left out."""
        with contextlib.suppress(asyncio.QueueFull):
            self.waiting.put_nowait(reply)


async def _send_all(connection: socket.socket, waiting: "asyncio.Queue[bytes]") -> None:
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError, TimeoutError):
        while reply := await waiting.get():
            await asyncio.wait_for(loop.sock_sendall(connection, reply), SENT_WITHIN_S)
