"""What does the mind think of a sentence, and what does one mean? Asked through two pipes.

A question to it has a deadline; what notes mean is told whenever it is known.

A mind that is not there, slow or dead costs a question once and no more than the deadline: then
rules alone decide for a while.
"""

import contextlib
import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from edge.addressee import Opinion
from edge.messages import (
    SENTENCE_CHARACTERS,
    Adopt,
    Answers,
    Asks,
    Consider,
    Considered,
    Correct,
    Embed,
    Embedded,
    Learnt,
)
from edge.runtime.lessons import Lessons
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


class Opinions:
    """The runtime's side of the mind. It speaks once the launcher has checked the mind's seal."""

    def __init__(self, pipes: Pipes, lessons: Lessons, deadline_s: float = DEADLINE_S) -> None:
        self._pipes = pipes
        self._deadline_s = deadline_s
        self._lessons = lessons
        self._number = 0
        self._asks_again_s = float("inf")
        self.on_embedded: Callable[[Embedded], None] = lambda _embedded: None
        """Is told what a text means that was given to `embed`."""
        self._decoder: msgspec.msgpack.Decoder[Answers] = msgspec.msgpack.Decoder(Answers)
        for descriptor in (pipes.asks, pipes.answers):
            os.set_blocking(descriptor, False)

    @property
    def has_learnt(self) -> bool:
        """Whether corrections have changed anything."""
        return any(self._lessons.steps)

    def awake(self) -> None:
        """Know that a mind, sealed and checked, reads the pipe: give it what was learnt."""
        self._asks_again_s = 0.0
        self.adopt()

    def adopt(self) -> None:
        """Let the mind decide with what was learnt, which may be less than it knows."""
        self._tell(Adopt(self._lessons.steps))

    def asleep(self) -> None:
        """Know that there is no mind."""
        self._asks_again_s = float("inf")

    def ask(self, text: str, *, follows_reply: bool) -> Opinion | None:
        """Return the mind's opinion; None when there is none in time."""
        self._number += 1
        answer = self._exchange(Consider(self._number, text, follows_reply))
        if not isinstance(answer, Considered):
            return None
        return Opinion(answer.score / 1000, answer.learnt / 1000)

    def correct(self, text: str, *, follows_reply: bool, was_meant: bool) -> bool:
        """Teach the mind; False when it did not learn, or the disk would not keep it."""
        self._number += 1
        answer = self._exchange(Correct(self._number, text, follows_reply, was_meant))
        if not isinstance(answer, Learnt):
            return False
        return self._lessons.keep_steps(answer.steps)

    def understand(self, question: str) -> Understood | None:
        """Return what a question means; None when the mind does not say so in time."""
        self._number += 1
        answer = self._exchange(
            Embed(self._number, question[:SENTENCE_CHARACTERS], is_question=True)
        )
        if not isinstance(answer, Embedded):
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

    def _exchange(self, ask: Consider | Correct | Embed) -> Answers | None:
        now_s = time.monotonic()
        if now_s < self._asks_again_s or not self._tell(ask):
            return None
        until_s = now_s + self._deadline_s
        while (left_s := until_s - time.monotonic()) > 0:
            answer = self._read(left_s)
            if answer and answer.number == ask.number:
                return answer
        self._asks_again_s = time.monotonic() + REST_S
        return None

    def _tell(self, ask: Asks) -> bool:
        """Write a question; False when nobody reads: a full pipe is a mind that hangs."""
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self._pipes.asks, msgspec.msgpack.encode(ask))
            return True
        return False

    def _read(self, wait_s: float) -> Answers | None:
        """Return the next answer within so long; a late one to an older question is one too."""
        poll = select.poll()
        poll.register(self._pipes.answers, select.POLLIN)
        if not poll.poll(wait_s * 1000):
            return None
        packet = os.read(self._pipes.answers, PACKET_BYTES)
        if not packet:
            self.asleep()
        with contextlib.suppress(msgspec.MsgspecError):
            answer = self._decoder.decode(packet)
            if isinstance(answer, Embedded):
                self.on_embedded(answer)
            return answer
        return None
