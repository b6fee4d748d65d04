"""How is the language model on this device asked? Two pipes, words as they come, a deadline.

What it is given leaves neither the device nor the text side: the process at the other end is
sealed. One sentence on failure, as with an endpoint.
"""

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Final

import msgspec

from edge import airlock, messages
from edge.config import Reasoner
from edge.garbled import GARBLED
from edge.messages import Answering, ChildDied, Control, Enough, Finished, Prompt, SealState, Words
from edge.reason.parts import MOST_CHARACTERS, EndpointFailed
from edge.reason.prompt import INSTRUCTION

PACKET_BYTES: Final = 4096
PART_CHARACTERS: Final = 800

_Watch = Callable[[int, Callable[[], None]], None]
_Unwatch = Callable[[int], bool]


class LocalModel:
    """The runtime's side of it. It is asked once the launcher has checked its seal.

    One that is silent for too long is told to `show`, and the launcher ends it and starts another.
    """

    def __init__(
        self, settings: Reasoner, fds: tuple[int, int], show: Callable[[ChildDied], None]
    ) -> None:
        assert settings.weights
        self.name = settings.weights.stem[:64]
        self.settings, self._show = settings, show
        self._asks_fd, self._answers_fd = fds
        self._why_not, self._is_coming = "is still being loaded", True
        self._number = secrets.randbelow(1 << 30)  # not one that the runtime before this one used
        self._news = asyncio.Event()
        self._decoder: msgspec.msgpack.Decoder[Answering] = msgspec.msgpack.Decoder(Answering)
        for descriptor in fds:
            os.set_blocking(descriptor, False)

    def told(self, message: Control) -> None:
        """Hear from the launcher whether there is one: it has been checked, or it is no more."""
        match message:
            case SealState(process=messages.LANGUAGE_MODEL):
                self._why_not = ""
                self._news.set()
            case ChildDied(process=messages.LANGUAGE_MODEL, reason="ended") if (
                self._why_not and self._is_coming
            ):
                pass  # as we asked: another is on its way
            case ChildDied(process=messages.LANGUAGE_MODEL, reason=reason):
                self._why_not, self._is_coming = f"is not running ({reason})", False
                self._news.set()

    async def ask(self, text: str) -> AsyncGenerator[str, None]:
        """Yield the words of the answer as they come. Raises EndpointFailed.

        The time limit holds to the first word, and then between two words; closing the iterator
        ends the answer. One that is still being loaded is waited for as long.
        """
        if self._why_not and self._is_coming:
            await self._come()
        if self._why_not:
            raise EndpointFailed(f"the language model {self.name} {self._why_not}")
        self._number += 1
        spoken = 0
        try:
            async with self._in_time("did not listen"):
                await self._give(text)
            while True:
                what = "went silent in the middle of its answer" if spoken else "did not answer"
                async with self._in_time(what):
                    word = await self._next()
                if word is None:
                    break
                word = airlock.visible(word)[: MOST_CHARACTERS - spoken]
                spoken += len(word)
                yield word
        finally:
            self._tell(Enough())
        if not spoken:
            raise EndpointFailed(f"the language model {self.name} had no answer")

    async def _come(self) -> None:
        """Wait until it is there, or is not to come."""
        self._news = asyncio.Event()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), self.settings.timeout_s)

    @asynccontextmanager
    async def _in_time(self, what: str) -> AsyncGenerator[None, None]:
        """Do it within the time limit; one that is too slow is to be ended."""
        limit_s = self.settings.timeout_s
        try:
            async with asyncio.timeout(limit_s):
                yield
        except TimeoutError:
            self._why_not, self._is_coming = "is being started again", True
            self._show(ChildDied(messages.LANGUAGE_MODEL, f"it {what} for {limit_s:g} s"))
            raise EndpointFailed(
                f"the language model {self.name} {what} for {limit_s:g} s ([reasoner] timeout_s)"
            ) from None

    async def _give(self, text: str) -> None:
        """Write the prompt; a pipe holds little, and it is read while it is written."""
        parts = [text[at : at + PART_CHARACTERS] for at in range(0, len(text), PART_CHARACTERS)]
        prompts = [Prompt(self._number, "system", INSTRUCTION, is_last=False)]
        prompts += [Prompt(self._number, "user", part, is_last=False) for part in parts]
        prompts[-1] = msgspec.structs.replace(prompts[-1], is_last=True)
        while self._read():
            pass  # what is left of an answer that nobody waits for
        loop = asyncio.get_running_loop()
        for prompt in prompts:
            while not self._tell(prompt):
                await self._news_come(loop.add_writer, loop.remove_writer, self._asks_fd)

    def _tell(self, message: Prompt | Enough) -> bool:
        """Write a packet; False while nobody reads."""
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self._asks_fd, msgspec.msgpack.encode(message))
            return True
        return False

    async def _next(self) -> str | None:
        """Return the next words; None when the answer is over."""
        while True:
            match await self._answer():
                case Words(number, text) if number == self._number:
                    return text
                case Finished(number) if number == self._number:
                    return None

    async def _answer(self) -> Answering:
        """Return the next packet; it may belong to an older answer."""
        loop = asyncio.get_running_loop()
        while (packet := self._read()) is None:
            await self._news_come(loop.add_reader, loop.remove_reader, self._answers_fd)
        try:
            return self._decoder.decode(packet)
        except GARBLED:
            raise EndpointFailed(f"the language model {self.name} says what is no answer") from None

    def _read(self) -> bytes | None:
        """Return the packet that waits; None where none does, nothing where none can come."""
        with contextlib.suppress(BlockingIOError):
            return os.read(self._answers_fd, PACKET_BYTES)
        return None

    async def _news_come(self, watch: _Watch, unwatch: _Unwatch, descriptor: int) -> None:
        """Wait until a pipe is ready; raise EndpointFailed when there is no model any more."""
        self._news = asyncio.Event()
        watch(descriptor, self._news.set)
        try:
            await self._news.wait()
        finally:
            unwatch(descriptor)
        if self._why_not:
            raise EndpointFailed(f"the language model {self.name} {self._why_not}")
