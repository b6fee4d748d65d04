"""Which processes there are, and how one run goes from their birth to its summary.

The launcher is the only process that starts others. It never reads media, checks every sealed
child from outside before it says GO, stops the sources when it is asked to, and shuts down by
closing pipes. One `Launcher` is one run. Beside it, in this room: who lives is in `processes.py`,
what hears and sees in `chamber.py` and `sources.py`, what the run can do without (mind, voice) in
`asides.py`, and what commands ask in `door.py`.
"""

import asyncio
import os
import secrets
import signal
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from edge import messages
from edge.launcher import births, door, own_folder
from edge.launcher.asides import Asides
from edge.launcher.births import Run
from edge.launcher.chamber import Around, ChamberProcess
from edge.launcher.child import Child, Death, readable_once
from edge.launcher.door import Door
from edge.launcher.off_switch import OffSwitch
from edge.launcher.own_folder import StartFailed
from edge.launcher.processes import Processes
from edge.launcher.sources import Ask, SourceProcesses
from edge.launcher.tool_programs import PREFIX, ToolPrograms
from edge.launcher.wearer import Wearer
from edge.messages import (
    AgentReads,
    AgentWants,
    Airlocked,
    Allowance,
    Asked,
    Attend,
    ChildDied,
    CounterGap,
    Enrol,
    Enrolling,
    Expect,
    Figures,
    Forget,
    ForgetVoice,
    Granted,
    HomeHeard,
    HomeVoice,
    Judged,
    Look,
    Mute,
    MuteState,
    OffTheRecord,
    Overheard,
    PhonesChanged,
    PhoneShutOut,
    ResetOffers,
    ReturnAnswer,
    ReturnWords,
    Shown,
    Standing,
    Summary,
    TeamChanged,
    Transcript,
    Unmute,
    VoiceProfile,
)

PROGRAMS: Final[Mapping[str, str]] = {
    "capture": "edge.capture",
    "chamber": "edge.chamber",
    "firmware_bridge": "edge.bridge",
    "firmware_bridge.home": "edge.bridge.home",
    "mind": "edge.mind",
    messages.LANGUAGE_MODEL: "edge.mind.language",
    "runtime": "edge.runtime",
    "voice": "edge.voice",
    "voice.home": "edge.voice.home",
}
"""The table of processes: each is sealed with the profile of its name up to the point."""


class Launcher:
    """One run from birth to summary. `show` gets everything that a person may see."""

    def __init__(
        self,
        run: Run,
        show: Callable[[Shown], None],
        programs: Mapping[str, str] = PROGRAMS,
    ) -> None:
        """Prepare a run; `programs` lets the attack suite start a hostile chamber."""
        self.run = run
        self._programs = programs
        self.show = show
        self.run_id = secrets.token_hex(4)
        self.processes = Processes(show, self._fail)
        self.children = self.processes.living
        self.sources = SourceProcesses(
            run,
            programs,
            self.processes,
            Ask(
                may_sense=lambda: not self.switch.state.muted,
                may_go=lambda: self.chamber.may_work,
                may_end=lambda: self._stopping,
                all_ended=self._fall_silent,
                told=self.do,
            ),
        )
        self.sensing = self.sources.sensing
        self.summary: Summary | None = None
        self._stopping = False
        self._failure = ""
        self._figures: Figures | None = None
        self._shown = msgspec.json.Decoder(Shown)

    # --- the life of a run ---------------------------------------------------------------------

    async def launch(self) -> Summary | None:
        """Run to the end of the sources (or to SIGINT) and return the summary.

        Raises StartFailed with one sentence when it cannot.
        """
        self._secret = own_folder.owner_secret(self.run)
        with own_folder.held(self.run.data):
            await self._live()
        if self._failure:
            raise StartFailed(self._failure)
        return self.summary

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[None] = self._loop.create_future()
        self.wearer = Wearer(self.run, own_folder.wearers_voice(self.run, self._secret))
        self.asides = Asides(self.run, self._programs, self.processes)
        self.tool_programs = ToolPrograms(self.run, self.processes)
        self.sources.spoken_fd = self.asides.spoken_fd
        self._around = Around(self.processes, self.sources, self.asides, self.wearer)
        self.chamber = ChamberProcess(self.run, self._programs["chamber"], self._around)
        self.switch = OffSwitch(
            self.run.data, self.run.config.mute, self._obey, self.processes.notice
        )
        if self.asides.home:
            self.asides.home.may_sense = lambda: not self.switch.state.muted
            self.asides.home.may_go = lambda: self.chamber.may_work
        open_door = Door(self.run.data, self.do, self._standing)
        for signum in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(signum, self.stop)
        try:
            if self.switch.state.muted:
                self.show(self.switch.state)
            if self.switch.guessed:
                self.processes.notice(self.switch.guessed)
            self._start_runtime()
            self.asides.start()
            self.chamber.start()
            self.switch.look()
            self.chamber.watch()
            if self.run.is_live and "video" in self.sources.kinds:
                self.sources.sparing.look()
            await self._done
        finally:
            open_door.close()
            self._end_everything()

    def stop(self) -> None:
        """End well: sources first, then everything drains. A second call ends at once."""
        if self._stopping:
            self._fail("interrupted")
        else:
            self.nobody_looks()

    def nobody_looks(self) -> None:
        """End well because whoever was shown the run has gone; no hurry if it ends already."""
        self._stopping = True
        self.sources.ask_to_end()

    def _fail(self, sentence: str) -> None:
        self._failure = self._failure or sentence
        self._finish()

    def _finish(self) -> None:
        self.processes.is_over = True
        if not self._done.done():
            self._done.set_result(None)

    def _fall_silent(self) -> None:
        self.asides.fall_silent()

    def _end_everything(self) -> None:
        for signum in (signal.SIGINT, signal.SIGTERM):
            self._loop.remove_signal_handler(signum)
        self.processes.end()
        self.sources.close()
        self.asides.close()
        self.tool_programs.close()
        self.chamber.close()

    # --- the runtime ---------------------------------------------------------------------------

    def _start_runtime(self) -> None:
        key_fd = readable_once(self._secret)
        mind, language, voice = self.asides.pipes_of_runtime()
        tools = self.tool_programs.pipes_of_runtime
        fds = births.RuntimeFds(self.chamber.airlock.read_end, key_fd, mind, language, voice, tools)
        child = Child(births.runtime(self.run, self._programs["runtime"], self.run_id, fds))
        os.close(key_fd)
        self.children["runtime"] = child
        child.on_line(self._hear_runtime)
        child.on_death(self._runtime_died)
        self.processes.tell_runtime(self.switch.state)
        self._tell_phone_link()
        if wanted := self.sources.words_wanted:
            self.processes.tell_runtime(wanted)
        alive = {each.pid for each in self.children.values() if each.process.poll() is None}
        for seal_state in self.processes.seals.values():
            if seal_state.pid in alive:
                self.processes.tell_runtime(seal_state)
        self.asides.tell_runtime()
        for sensing in self.sensing:
            if sensing.state:
                self.processes.tell_runtime(sensing.state)
        self.tool_programs.start()

    def _tell_phone_link(self) -> None:
        """Tell what a paired phone has to bring to be ears and eyes, where one may be."""
        if link := self.sources.phone_link:
            self.processes.tell_runtime(link)

    def _hear_runtime(self, line: bytes) -> None:
        message = self._shown.decode(line)
        self.chamber.hear(message)
        match message:
            case (
                Allowance() | Expect() | Look() | HomeVoice() | HomeHeard()
                | ReturnWords() | ReturnAnswer()
            ):  # for no screen  # fmt: skip
                return
            case Figures():
                self._figures = message
                return
            case Airlocked(airlock_bytes=entered_bytes):
                self.chamber.judge(entered_bytes)
                self._look_at_another_runtime()
            case Transcript(end_ms=end_ms) | Overheard(end_ms=end_ms):
                self.sources.understood_ms = max(self.sources.understood_ms, end_ms)
            case Summary(airlock_bytes=entered_bytes):
                counter = self.chamber.airlock.compare(entered_bytes)
                message = self.summary = msgspec.structs.replace(message, counter=counter)
            case OffTheRecord(minutes=minutes):
                self.switch.ask(Mute(minutes), "voice")
            case Mute() | Unmute() | PhoneShutOut():  # a paired phone is a hand too
                self.do(message)
                return
            case _:
                self._hear_of_others(message)
        self.show(message)

    def _hear_of_others(self, message: Shown) -> None:
        match message:
            case ChildDied(process="chamber"):  # it broke the airlock's rules
                self.chamber.end()
            case ChildDied(process=messages.LANGUAGE_MODEL) if self.asides.language:  # it hangs
                self.asides.language.start()
            case ChildDied(process=process) if process.startswith(PREFIX):  # it hangs, too
                self.tool_programs.start_again(process)
            case Enrolling(heard_ms=heard_ms):
                self.wearer.enrolling_ms = heard_ms
            case VoiceProfile():
                self.wearer.learnt(message)

    def _look_at_another_runtime(self) -> None:
        """Check one that took another's place beside a chamber at work; it is sealed by now."""
        runtime = self.children["runtime"]
        if self.chamber.may_work and self.processes.seals["runtime"].pid != runtime.pid:
            self.processes.check(runtime, "runtime")

    def _runtime_died(self, death: Death) -> None:
        if death.code == 0 and self.chamber.airlock.is_closed:
            self._finish()
            return
        read = CounterGap(self.chamber.airlock.sample().read_bytes)

        def again() -> None:
            self._start_runtime()
            self.processes.tell_runtime(read)
            if not self.chamber.may_work:  # its greeting may have died with the runtime
                self.chamber.child.kill()

        self.processes.start_again("runtime", death, death.reason, again)

    # --- what a person wants -------------------------------------------------------------------

    def _obey(self, state: MuteState) -> None:
        """Hear and see, or do not: then nothing survives that was half heard."""
        home = self.asides.home
        is_heard = any(sensing.child for sensing in self.sensing) or (home and home.is_listening)
        if state.muted and is_heard:
            self.chamber.replace()
        elif not (state.muted or self._stopping):
            self.sources.start()
            if home:
                home.start()
        self.processes.tell_runtime(state)
        self.show(state)

    def do(self, asked: Asked | PhoneShutOut) -> None:
        """Do what a command, a page or a wearable's wearer asks; `Inquire` asks for nothing."""
        match asked:
            case Mute() | Unmute():
                self.switch.ask(asked)
            case PhoneShutOut() if not self._stopping:
                self.sources.ask_for_another_token()
                self._tell_phone_link()
            case Enrol():
                self.wearer.learn(asked)
                self.chamber.replace()
            case ForgetVoice():
                self.wearer.forget()
                self.chamber.replace()
            case (
                Forget() | Granted() | Judged() | ResetOffers() | PhonesChanged() | TeamChanged()
                | AgentReads() | AgentWants()
            ):  # fmt: skip
                self.processes.tell_runtime(asked)
            case Look():
                self.chamber.look()
            case Attend():
                self.chamber.tell(asked)
                self.processes.tell_runtime(asked)

    def _standing(self) -> Standing:
        found = door.standing(self.run_id, self._around, self.chamber, self.switch.state)
        return msgspec.structs.replace(found, figures=self._figures)
