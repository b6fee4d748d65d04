"""What does a text mean? The mind is asked through one pipe and answers through another.

A question to it has a deadline; what notes mean is told whenever it is known. A mind that is not
there, slow or dead costs a question once and no more than the deadline: then words alone are
searched for a while.
"""

import contextlib
import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from edge.garbled import GARBLED
from edge.messages import SENTENCE_CHARACTERS, ChildDied, Control, Embed, Embedded, SealState
from edge.search.meaning import Meaning, from_code, unpacked
from edge.search.sought import Understood

DEADLINE_S: Final = 0.15
REST_S: Final = 5.0
"""After a question that was not answered in time, so long nothing is asked."""
PACKET_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Pipes:
    """The runtime's ends: questions are written to one, answers read from the other."""

    asks: int
    answers: int


class Mind:
    """The runtime's side of the mind. It speaks once the launcher has checked the mind's seal."""

    def __init__(self, pipes: Pipes, deadline_s: float = DEADLINE_S) -> None:
        self._pipes = pipes
        self._deadline_s = deadline_s
        self._number = 0
        self._asks_again_s = float("inf")
        self.on_embedded: Callable[[Embedded], None] = lambda _embedded: None
        """Is told what a text means that was given to `embed`."""
        self._decoder = msgspec.msgpack.Decoder(Embedded)
        for descriptor in (pipes.asks, pipes.answers):
            os.set_blocking(descriptor, False)

    def told(self, message: Control) -> None:
        """Hear from the launcher whether there is a mind: one that it has checked, or none."""
        match message:
            case SealState(process="mind"):
                self.awake()
            case ChildDied(process="mind"):
                self.asleep()
            case _:
                pass

    def awake(self) -> None:
        """Know that a mind, sealed and checked, reads the pipe."""
        self._asks_again_s = 0.0

    def asleep(self) -> None:
        """Know that there is no mind."""
        self._asks_again_s = float("inf")

    def understand(self, question: str) -> Understood | None:
        """Return what a question means; None when the mind does not say so in time."""
        answer = self._exchange(question)
        if not answer:
            return None
        whole, *pieces = unpacked(b"".join(from_code(answer.code)))
        return Understood(Meaning(whole, tuple(pieces)), answer.words)

    def embed(self, text: str) -> int | None:
        """Ask what a text means and return the number of the answer, which comes when it comes.

        `on_embedded` is told it, once `hear` or a question has read it. None when nobody reads.
        """
        self._number += 1
        asked = self._asks_again_s < time.monotonic() and self._tell(
            Embed(self._number, text[:SENTENCE_CHARACTERS])
        )
        return self._number if asked else None

    def hear(self) -> bool:
        """Take one answer that waits; False at the pipe's end."""
        self._read(0)
        return self._asks_again_s < float("inf")

    @property
    def answers_fd(self) -> int:
        """Where answers come in."""
        return self._pipes.answers

    def _exchange(self, question: str) -> Embedded | None:
        self._number += 1
        number, now_s = self._number, time.monotonic()
        if now_s < self._asks_again_s:
            return None
        if not self._tell(Embed(number, question[:SENTENCE_CHARACTERS], is_question=True)):
            return None
        until_s = now_s + self._deadline_s
        while (left_s := until_s - time.monotonic()) > 0:
            answer = self._read(left_s)
            if answer and answer.number == number:
                return answer
        self._asks_again_s = time.monotonic() + REST_S
        return None

    def _tell(self, ask: Embed) -> bool:
        """Write a question; False when nobody reads: a full pipe is a mind that hangs."""
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self._pipes.asks, msgspec.msgpack.encode(ask))
            return True
        return False

    def _read(self, wait_s: float) -> Embedded | None:
        """Return the next answer within so long; a late one to an older question is one too."""
        poll = select.poll()
        poll.register(self._pipes.answers, select.POLLIN)
        if not poll.poll(wait_s * 1000):
            return None
        packet = os.read(self._pipes.answers, PACKET_BYTES)
        if not packet:
            self.asleep()
        with contextlib.suppress(*GARBLED):
            answer = self._decoder.decode(packet)
            self.on_embedded(answer)
            return answer
        return None
