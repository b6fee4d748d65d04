"""The text side's process: what leaves the chamber goes into the ledger, the context, an answer.

`python -m edge.runtime --airlock-fd N --data FOLDER --run ID [--settings JSON] [--fast] [--live]`.
Control lines come in on descriptor 0, everything that a person may see goes out on 1. It never
holds a sample or a pixel. It ends when the airlock ends, with a `Summary`.
"""

import argparse
import asyncio
import contextlib
import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Literal

import aiohttp
import msgspec

from edge import airlock, config, seal
from edge.clock import SAMPLE_RATE_HZ
from edge.context import is_repeat, sight
from edge.ledger import Leaving
from edge.local_model import LocalModel
from edge.messages import (
    LINE_CHARACTERS,
    Airlocked,
    ChildDied,
    Control,
    CountBytes,
    CounterGap,
    Enrol,
    Forget,
    Hello,
    Leaves,
    Look,
    Notice,
    Overheard,
    OwnVoice,
    SealState,
    Seen,
    Shown,
    SourceState,
    Transcript,
    VoiceProfile,
)
from edge.notes import vault
from edge.recall.answer import shortened
from edge.runtime import names, opinion
from edge.runtime.border import Border
from edge.runtime.clocks import Clocks
from edge.runtime.conversation import Conversation
from edge.runtime.day import Day
from edge.runtime.keeping import Keeping
from edge.runtime.lessons import Lessons
from edge.runtime.looking import Looking
from edge.runtime.meanings import Meanings
from edge.runtime.mouth import Mouth
from edge.runtime.present import Present, Show
from edge.runtime.tally import Tally

CONTROL_FD, SHOWN_FD, ERROR_FD = 0, 1, 2
PACKET_BYTES: Final = 4096
"""A read of a packet-mode pipe returns one packet, if the buffer is as large as PIPE_BUF."""
PACKETS_AT_ONCE: Final = 64
"""Then the control pipe and a pending answer have their turn."""
CONTROL_LINE_BYTES: Final = 1 << 16
AIRLOCKED_EVERY_S: Final = 0.25
LAST_ANSWER_S: Final = 10.0
"""How long the end waits for an answer that is still coming."""


class Runtime:
    """What is done with each packet and each control line."""

    def __init__(
        self,
        present: Present,
        conversation: Conversation,
        settings: config.Config,
        show: Show,
        *,
        is_fast: bool,
    ) -> None:
        self._is_fast = is_fast
        self._present = present
        self._conversation = conversation
        self._show = show
        self._tally = Tally()
        self._tally.resume(present.entered, present.notes.count(present.run, "asked"))
        self._border = Border(
            settings.airlock, present.enter, conversation.is_request, conversation.is_passing
        )
        if present.is_resumed and present.context.models:
            self._border.know(len(present.context.models))
        self._bytes_before = self._tally.airlock_bytes
        self._clocks = Clocks(time.monotonic(), is_fast=is_fast)
        self._day = Day(self._border, present, show)
        words = settings.recogniser.vocabulary
        self._names = names.Names(words, self._spelt(), show)
        present.on_forget = self._forget
        self._looking = Looking(conversation.answer, lambda: show(Look()))
        conversation.on_taken_back = self._looking.drop
        self._told_bytes_s = float("-inf")
        self._control: msgspec.json.Decoder[Control] = msgspec.json.Decoder(Control)
        self._alarm: asyncio.TimerHandle | None = None
        self.keeping = Keeping(present)
        self.mouth: Mouth | None = None
        """None where nothing is to be spoken."""
        conversation.on_reply = self._tally.reply

    def _spelt(self) -> list[str]:
        """Return the notes in which a name may be spelt."""
        found = self._present.notes.search(names.WORDS_TO_FIND, names.MOST_SPELT, names.KINDS)
        return [note.text for note in found]

    def _forget(self) -> None:
        """Let nobody have in mind what was just forgotten."""
        self._conversation.forget()
        self._names.begin_again(self._spelt())

    # --- from the chamber ----------------------------------------------------------------------

    def packet(self, packet: bytes) -> None:
        """Take one packet of the airlock."""
        now = self._clocks.moment(time.monotonic(), self._present.mark)
        try:
            message = self._border.admit(packet, now)
        except airlock.Violation as violation:
            self._present.tell(f"chamber violated the airlock: {violation}")
            reason = shortened(f"airlock violation: {violation}", LINE_CHARACTERS)
            self._show(ChildDied("chamber", reason))
            return
        finally:
            self.keeping.written()
            self._tally.airlock_bytes = self._present.entered.left_chamber_bytes
            self._count_for_the_screen()
            self._day.look()
        if message is not None:
            self._take(message)
            if self._conversation.meanings:
                self._conversation.meanings.look()

    def _take(self, message: Leaves) -> None:
        present = self._present
        if self.mouth:
            self.mouth.observed(message)
        if isinstance(message, Transcript):
            self._take_words(message)
            self._ring()
            return
        if isinstance(message, Seen):
            note = sight(present.context, message)
            present.fold(message)
            if note:
                present.keep(note)
        else:
            present.fold(message)
            self._conversation.judge.observed(message)
        self._tally.count(message)
        if isinstance(message, VoiceProfile):
            present.keep_voice(message)
        self._show(message)
        if isinstance(message, Seen):
            self._looking.seen(present.context)
        if isinstance(message, Hello):
            self._day.say()
            self._names.say()
        self._ring()

    def _take_words(self, heard: Transcript) -> None:
        if is_repeat(self._present.context, heard):
            return
        self._tally.count(heard)
        if self.mouth and self.mouth.is_own(heard, self._spoken_s(heard)):
            self._show(OwnVoice(heard.start_ms, heard.end_ms))
            return
        if self._conversation.is_passing(heard):
            self._conversation.overhear(heard)
            self._show(Overheard(heard.start_ms, heard.end_ms))
            return
        turn = self._conversation.note(heard, self._spoken_s(heard))
        self._names.heard(heard.text)
        self._show(heard)  # what is shown is noted: a kill -9 now loses nothing
        if turn:
            video = self._clocks.state("video")
            is_live = video is not None and video.live and not self._is_fast
            self._looking.take(turn, self._present.context, is_live=is_live)

    def caught_up(self) -> None:
        """Know that no packet is waiting."""
        self._clocks.catch_up(time.monotonic())

    def _spoken_s(self, heard: Transcript) -> float:
        """Return the monotonic moment at which an utterance ended."""
        clock = self._clocks.state("audio")
        if self._is_fast or clock is None:
            return time.monotonic()
        return clock.monotonic_s + heard.end_ms / 1000 - clock.samples / SAMPLE_RATE_HZ

    def _count_for_the_screen(self) -> None:
        if time.monotonic() - self._told_bytes_s >= AIRLOCKED_EVERY_S:
            self._tell_bytes()

    def _tell_bytes(self) -> None:
        self._told_bytes_s = time.monotonic()
        self._show(Airlocked(self._tally.raw_bytes, self._tally.airlock_bytes))

    # --- from the launcher ---------------------------------------------------------------------

    def control(self, line: bytes) -> None:
        """Take one line of the launcher."""
        message = self._control.decode(line)
        self._conversation.told(message)
        if self.mouth:
            self.mouth.told(message)
        match message:
            case SourceState():
                self._clock(message)
            case ChildDied(process="chamber"):
                self._border.expect_another()
            case CounterGap():
                self._close_gap(message)
            case CountBytes():
                self._tell_bytes()
            case Enrol():
                self._border.enrolment_asked()
            case Forget():
                self._conversation.forget()  # an answer that is coming may rest on it
                self._present.forget_wishes()
            case _:
                pass
        self._count(message)

    def _count(self, message: Control) -> None:
        if isinstance(message, SourceState | SealState):
            self._tally.count(message)
            self._count_for_the_screen()

    def _clock(self, state: SourceState) -> None:
        if state.live:
            self._present.mark = "live"
        self._clocks.note(state)
        if state.phase == "ready":
            self._border.source_started(state.kind, self._clocks.file_s)
        elif state.phase == "running":
            self._present.fold(state)
            self._ring()
        self._day.keep(self._clocks.file_day)

    def _close_gap(self, gap: CounterGap) -> None:
        """Enter what the runtime before this one read and did not live to enter."""
        lost_bytes = gap.read_bytes - self._bytes_before
        if lost_bytes > 0:
            why = "read by a runtime that died before it entered them; content unknown"
            self._present.enter(Leaving("CounterGap", lost_bytes, why))
            self._day.count(lost_bytes)
            self._tally.airlock_bytes = self._present.entered.left_chamber_bytes

    # --- timers --------------------------------------------------------------------------------

    def _ring(self) -> None:
        """Ring what is due by the stream's clock, and on a device ask to be called for the rest."""
        context = self._present.context
        self._conversation.ring(context.now_ms)
        clock = self._clocks.state("audio") or self._clocks.state("video")
        if clock and clock.live and context.timers:
            shift_ms = context.audio_shift_ms if clock.kind == "audio" else context.video_shift_ms
            now_ms = shift_ms + 1000 * (
                clock.samples / SAMPLE_RATE_HZ + time.monotonic() - clock.monotonic_s
            )
            first_ms = min(timer.deadline_ms for timer in context.timers)
            if first_ms <= now_ms:
                self._conversation.ring(round(now_ms))
                return
            if self._alarm:
                self._alarm.cancel()
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later((first_ms - now_ms) / 1000, self._ring)

    # --- the end -------------------------------------------------------------------------------

    async def finish(self) -> None:
        """Let a pending answer come, ring nothing more, and show the summary."""
        if self._alarm:
            self._alarm.cancel()
        self._looking.give_up()
        await self._conversation.finish(LAST_ANSWER_S)
        self._tally.context_tokens = self._conversation.context_tokens
        self._show(self._tally.summary())


# --- the process ---------------------------------------------------------------------------------


class Pipes:
    """The two ways in. The control pipe's end, like the airlock's, is the end."""

    def __init__(self, runtime: Runtime, airlock_fd: int, ended: "asyncio.Future[None]") -> None:
        self._runtime = runtime
        self._airlock_fd = airlock_fd
        self._ended = ended
        self._rest = b""
        for descriptor in (CONTROL_FD, airlock_fd):
            os.set_blocking(descriptor, False)

    def listen(self) -> None:
        """Read from now on: what the launcher has said already comes first."""
        loop = asyncio.get_running_loop()
        self.read_control()
        loop.add_reader(CONTROL_FD, self.read_control)
        loop.add_reader(self._airlock_fd, self.read_airlock)

    def read_control(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                piece = os.read(CONTROL_FD, CONTROL_LINE_BYTES)
                if not piece:
                    self._end(CONTROL_FD)
                    return
                *lines, self._rest = (self._rest + piece).split(b"\n")
                for line in lines:
                    self._runtime.control(line)

    def read_airlock(self) -> bool:
        """Take some of the packets that wait and say whether there may be more."""
        with contextlib.suppress(BlockingIOError):
            for _ in range(PACKETS_AT_ONCE):
                packet = os.read(self._airlock_fd, PACKET_BYTES)
                self.read_control()  # what the launcher said before this packet was sent
                if not packet:
                    self._end(self._airlock_fd)
                    return False
                self._runtime.packet(packet)
            return True
        self._runtime.caught_up()
        return False

    def drain(self) -> None:
        """Take what is left in both pipes."""
        self.read_control()
        while self.read_airlock():
            pass

    def _end(self, descriptor: int) -> None:
        asyncio.get_running_loop().remove_reader(descriptor)
        if not self._ended.done():
            self._ended.set_result(None)


def show(message: Shown) -> None:
    """Write one line. It waits when nobody reads: the launcher always does."""
    line = memoryview(msgspec.json.encode(message) + b"\n")
    while line:
        line = line[os.write(SHOWN_FD, line) :]


async def _live(arguments: argparse.Namespace) -> None:
    settings = config.from_argument(arguments.settings)
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    loop.set_exception_handler(lambda _loop, details: _fail(ended, details))
    mark: Literal["file", "live"] = "live" if arguments.live else "file"
    secret = os.read(arguments.key_fd, vault.SECRET_BYTES)
    os.close(arguments.key_fd)
    present = Present(Path(arguments.data), secret, arguments.run, mark, show)
    session = aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), headers={"User-Agent": "offrecord"}
    )
    async with session:
        mouth = Mouth(arguments.voice_fds, show) if arguments.voice_fds else None

        def show_and_say(message: Shown) -> None:
            show(message)
            if mouth:
                mouth.shown(message)

        conversation = Conversation(present, settings, session, show_and_say)
        if mouth:
            conversation.heard_for_s = lambda: mouth.heard_for_s
        conversation.judge.lessons = lessons = Lessons(Path(arguments.data))
        if arguments.mind_fds:
            pipes_to_mind = opinion.Pipes(*arguments.mind_fds)
            conversation.judge.opinions = mind = opinion.Opinions(pipes_to_mind, lessons)
            conversation.meanings = Meanings(present.notes, conversation.finder, mind)
        if arguments.language_fds:
            conversation.reasoner.local = LocalModel(
                settings.reasoner, arguments.language_fds, show
            )
        runtime = Runtime(present, conversation, settings, show, is_fast=arguments.fast)
        runtime.mouth = mouth
        pipes = Pipes(runtime, arguments.airlock_fd, ended)
        seal.silence_stderr()
        seal.seal("runtime", writable_fds=[SHOWN_FD])
        runtime.keeping.begin()
        pipes.listen()
        await ended
        pipes.drain()
        await runtime.finish()
    present.close()


def _fail(ended: "asyncio.Future[None]", details: dict[str, object]) -> None:
    """End the process for anything that went wrong on the event loop."""
    error = details.get("exception")
    if not ended.done():
        ended.set_exception(error if isinstance(error, Exception) else RuntimeError("event loop"))


def _say_where(kind: type[BaseException], _error: object, trace: TracebackType | None) -> None:
    """Tell a person which fault of ours ended this process: its kind and our line, no content."""
    lines = [(Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(trace)]
    file, line = next(
        ((file.name, line) for file, line in reversed(lines) if file.parent.name == "edge"),
        ("unknown", 0),
    )
    with contextlib.suppress(OSError):
        show(Notice(f"the runtime failed: {kind.__name__} at {file}:{line}"[:LINE_CHARACTERS]))


def _two_descriptors(words: str) -> tuple[int, int]:
    asks, answers = words.split(",")
    return int(asks), int(answers)


def main(argv: Sequence[str]) -> int:
    """Run until the airlock ends; an exit status that is not 0 was a death."""
    parser = argparse.ArgumentParser(prog="python -m edge.runtime")
    parser.add_argument("--airlock-fd", type=int, required=True)
    parser.add_argument("--key-fd", type=int, required=True, help="the notes' key, to be read")
    parser.add_argument("--data", required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--settings", default="")
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--live", action="store_true", help="a device is among the sources")
    parser.add_argument(
        "--mind-fds", type=_two_descriptors, default=(), help="where to ask the mind, and hear it"
    )
    parser.add_argument(
        "--language-fds",
        type=_two_descriptors,
        default=(),
        help="where to ask the language model on this device, and hear it",
    )
    parser.add_argument(
        "--voice-fds",
        type=_two_descriptors,
        default=(),
        help="where to speak, and what became of it",
    )
    arguments = parser.parse_args(argv)
    sys.excepthook = _say_where
    pipes = (*arguments.mind_fds, *arguments.language_fds, *arguments.voice_fds)
    fds = (arguments.airlock_fd, arguments.key_fd, *pipes)
    kept = {CONTROL_FD, SHOWN_FD, ERROR_FD, *fds}
    seal.close_all_but(kept)
    try:
        asyncio.run(_live(arguments))
    except (OSError, seal.CannotSeal) as error:
        with contextlib.suppress(OSError):
            show(Notice(shortened(str(error), LINE_CHARACTERS)))
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
