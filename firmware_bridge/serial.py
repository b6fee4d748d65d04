"""The serial link: one board on one wire that the user named, and whose wire is its pairing.

The wire may lose and damage bytes, and a board may start anew at any moment: hello begins a
session each time, credit is renewed every now and then, and who sends without hello is asked for
it. When the wire is pulled `serve` raises Lost; whoever started us opens it again.
"""

import asyncio
import os
from typing import Final

from firmware_bridge.bodies import BadFrame, Frame, Hello
from firmware_bridge.frames import TOKEN_BYTES
from firmware_bridge.links import Lost, Standing, Terms
from firmware_bridge.packets import Unpacker, line_bytes
from firmware_bridge.session import Gone, Session

TOKEN: Final = bytes(TOKEN_BYTES)
"""Whoever is on the wire is meant."""
RENEW_EVERY_S: Final = 2.0
SILENT_AFTER_S: Final = 6.0
"""Without a frame for so long, a board counts as gone: it answers every `RENEW_EVERY_S`."""
BETWEEN_REFUSALS_S: Final = 1.0
READ_BYTES: Final = 65536
MOST_WAITING_BYTES: Final = 4096
"""Of replies that the board does not take; more are dropped, and said again in time."""
SAY_HELLO: Final = "say hello first"


class Link:
    """One board on one line, which is open already."""

    def __init__(self, terms: Terms, descriptor: int) -> None:
        self._now, self._take = terms.now, terms.take
        self._line = descriptor
        self._unpacker = Unpacker()
        self._outbox = bytearray()
        self._session: Session | None = None
        self._last: Session | None = None
        self._heard_s = self._refused_s = float("-inf")
        self._loop = asyncio.get_running_loop()
        self._gone: asyncio.Future[None] = self._loop.create_future()

    @property
    def standing(self) -> Standing | None:
        """How it stands with the board that said hello last; None before one did."""
        if not (session := self._last):
            return None
        order, battery, moves = session.order, session.battery, session.moves
        return Standing(
            session.hello.name if session.hello else "",
            self._session is not None,
            battery.percent if battery else -1,
            order.lost,
            order.late,
            order.twice,
            damaged=self._unpacker.damaged,
            motion=moves.motion if moves else "",
        )

    async def serve(self) -> None:
        """Bring what the board sends; raise Lost when the wire is pulled."""
        self._loop.add_reader(self._line, self._read)
        renewing = self._loop.create_task(self._renew())
        self._refuse(SAY_HELLO)  # to a board that still speaks with whoever was here before
        try:
            await self._gone
        finally:
            renewing.cancel()
            self._loop.remove_reader(self._line)
            self._loop.remove_writer(self._line)
            self._leave()
        raise Lost

    async def photo_done(self) -> None:
        """Let the next photo come."""
        if self._session:
            self._session.photo_done(self._now())
            self._reply(self._session)

    # --- what comes ----------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            piece = os.read(self._line, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:  # EIO: unplugged
            piece = b""
        if not piece:
            if not self._gone.done():
                self._gone.set_result(None)
            return
        # What comes behind a frame that breaks the table in the same piece is let go with it; the
        # error's words name no content.
        try:
            for frame in self._unpacker.feed(piece):
                self._hear(frame)
        except BadFrame as refusal:
            self._leave()
            self._refuse(str(refusal))

    def _hear(self, frame: Frame) -> None:
        """Take one frame; raise BadFrame."""
        self._heard_s = self._loop.time()
        if isinstance(frame.body, Hello):
            self._leave()
            self._session = Session(TOKEN)
        if not (session := self._session):
            self._refuse(SAY_HELLO)
            return
        for brought in session.take(frame, self._now()):
            self._take(brought)
        self._last = session
        self._reply(session)
        if session.is_over:
            self._leave()

    def _leave(self) -> None:
        """End the session, if there is one."""
        if self._session:
            self._session = None
            self._take(Gone())

    # --- what goes -----------------------------------------------------------------------------

    async def _renew(self) -> None:
        """Ask for its clock and renew its credit, time and again; notice that it fell silent."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            if not (session := self._session):
                continue
            if self._loop.time() - self._heard_s > SILENT_AFTER_S:
                self._leave()
                continue
            session.ask_time(self._now())
            session.renew_credit(self._now())
            self._reply(session)

    def _refuse(self, reason: str) -> None:
        """Say why nothing is taken, but not to every frame."""
        now_s = self._loop.time()
        if now_s - self._refused_s < BETWEEN_REFUSALS_S:
            return
        self._refused_s = now_s
        refusing = Session(TOKEN)
        refusing.refuse(reason, self._now())
        self._reply(refusing)

    def _reply(self, session: Session) -> None:
        replies, session.replies = session.replies, []
        for reply in replies:
            if len(self._outbox) < MOST_WAITING_BYTES:
                self._outbox += line_bytes(reply)
        self._write()

    def _write(self) -> None:
        try:
            written = os.write(self._line, self._outbox) if self._outbox else 0
        except BlockingIOError:
            written = 0
        except OSError:  # it is gone, which reading will show
            written = len(self._outbox)
        del self._outbox[:written]
        if self._outbox:
            self._loop.add_writer(self._line, self._write)
        else:
            self._loop.remove_writer(self._line)
