"""A microphone is pulled out and plugged in again, behind a real PulseAudio."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

from pulse_room import SoundServer
from running_capture import PATIENCE_S

from edge.capture.sources import describe
from edge.config import Config, Microphone
from edge.launcher.births import Run
from edge.launcher.processes import Processes
from edge.launcher.run import PROGRAMS
from edge.launcher.sources import Ask, SourceProcesses
from edge.messages import Control, SourceState
from edge.slot import MAX_RECORD_BYTES


class Told(Processes):
    """Keeps what a runtime would be told."""

    def __init__(self) -> None:
        super().__init__(lambda _message: None, self.failed_because)
        self.states: list[SourceState] = []
        self.failures: list[str] = []

    def failed_because(self, sentence: str) -> None:
        self.failures.append(sentence)

    def tell_runtime(self, message: Control) -> None:
        if isinstance(message, SourceState):
            self.states.append(message)


class Room:
    """The launcher's part that holds the sources, with nobody but a slot's reader behind it."""

    def __init__(self, folder: Path, microphone: str = "") -> None:
        settings = Config(microphone=Microphone(microphone))
        run = Run(settings, [describe("audio", "mic", settings)], folder)
        self.told = Told()
        ask = Ask(
            may_sense=lambda: True,
            may_go=lambda: True,
            may_end=lambda: False,
            all_ended=lambda: None,
            told=lambda _asked: None,
        )
        self.sources = SourceProcesses(run, PROGRAMS, self.told, ask)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._slot = ours
        threading.Thread(target=self._drain, daemon=True).start()
        self.sources.take_slots([theirs])

    def _drain(self) -> None:
        while self._slot.recv(MAX_RECORD_BYTES):
            pass

    async def until(self, phase: str, nth: int = 1) -> SourceState:
        """Return the state with which the phase became this one for the nth time."""
        async with asyncio.timeout(PATIENCE_S):
            while len(turns := self._turns(phase)) < nth:
                assert not self.told.failures
                await asyncio.sleep(0.05)
        return turns[nth - 1]

    async def changed(self, nth: int) -> SourceState:
        """Return the state that says for the nth time that it is another microphone."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.changes()) < nth:
                assert not self.told.failures
                await asyncio.sleep(0.05)
        return self.changes()[nth - 1]

    def changes(self) -> list[SourceState]:
        return [state for state in self.told.states if "changed the microphone" in state.detail]

    def _turns(self, phase: str) -> list[SourceState]:
        states = self.told.states
        before = ["", *(state.phase for state in states)]
        return [s for s, old in zip(states, before, strict=False) if s.phase == phase != old]

    def lives(self, story: Callable[["Room"], Awaitable[None]]) -> None:
        async def live() -> None:
            self.sources.start()
            try:
                await story(self)
            finally:
                self.told.is_over = True
                self.sources.end()
                self.sources.close()
                self._slot.close()

        asyncio.run(live())


def test_the_only_microphone_is_waited_for_and_heard_again(
    sound_server: SoundServer, tmp_path: Path
) -> None:
    async def story(room: Room) -> None:
        before = await room.until("running")
        await asyncio.to_thread(sound_server.pactl, "unload-module", "module-null-sink")
        lost = await room.until("lost")
        assert "microphone" in lost.detail
        await asyncio.sleep(1.5)  # it is looked for, and not found
        sink = ("module-null-sink", "sink_name=room", "rate=16000", "channels=1")
        await asyncio.to_thread(sound_server.pactl, "load-module", *sink)
        again = await room.until("running", 2)
        assert again.samples > before.samples  # the clock went on
        phases = [state.phase for state in room.told.states]
        assert phases.count("lost") == 1  # said once, however often it was looked

    Room(tmp_path).lives(story)


def test_a_microphone_that_stalls_without_a_word_is_opened_again(
    sound_server: SoundServer, tmp_path: Path
) -> None:
    async def story(room: Room) -> None:
        await room.until("running")
        sound_server.stop()
        lost = await room.until("lost")
        assert "Monitor of Null Output gave no sound for 1.8 s" in lost.detail
        sound_server.go_on()
        await room.until("running", 2)

    Room(tmp_path).lives(story)


def test_a_microphone_that_is_back_is_used_again_although_another_took_its_place(
    sound_server: SoundServer, tmp_path: Path
) -> None:
    lapel = ("load-module", "module-null-source", "source_name=lapel", "rate=16000", "channels=1")
    sound_server.pactl("load-module", *sound_server.OTHER_MICROPHONE)
    module = sound_server.pactl(*lapel, "description=Lapel")
    streams = ("list", "short", "source-outputs")

    async def story(room: Room) -> None:
        await room.until("running")
        await asyncio.to_thread(sound_server.pactl, "unload-module", module)
        other = await room.changed(1)
        assert "Lapel" not in other.detail
        await asyncio.to_thread(sound_server.pactl, *lapel, "description=Lapel")
        assert "changed the microphone to Lapel" in (await room.changed(2)).detail
        stream = (await asyncio.to_thread(sound_server.pactl, *streams)).split()[0]
        await asyncio.to_thread(sound_server.pactl, "move-source-output", stream, "desk")
        await room.changed(3)
        await asyncio.sleep(1)
        assert len(room.changes()) == 3  # each said once, and a hand's choice stays

    Room(tmp_path, "lapel").lives(story)
