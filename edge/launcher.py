"""Which processes there are, how they are born, checked, told to go, and started again.

The launcher is the only process that starts others. It holds the write ends of the chamber's
source slots (it never reads media), checks every sealed child from outside before it says GO,
watches the counter rule, stops the sources when it is asked to, and shuts down by closing pipes.
One `Launcher` is one run.
"""

import asyncio
import contextlib
import fcntl
import logging
import os
import secrets
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from edge import airlock, births, control, seal, voice_profile
from edge.airlock_pipe import AirlockPipe, Sample
from edge.births import Run
from edge.capture import sources
from edge.capture.sources import Source
from edge.child import Child, Death
from edge.counter_rule import CounterWatch
from edge.messages import (
    LINE_CHARACTERS,
    Airlocked,
    Allowance,
    Asked,
    ChildDied,
    Control,
    CountBytes,
    CounterGap,
    Dying,
    Ended,
    Enrol,
    Enrolling,
    Enters,
    ForgetVoice,
    Go,
    Hello,
    Inquire,
    Mute,
    MuteState,
    Notice,
    OffTheRecord,
    Overheard,
    SealState,
    Shown,
    SourceState,
    Standing,
    StandingProcess,
    Summary,
    Transcript,
    Unmute,
    VoiceProfile,
    Watch,
)
from edge.mind_pipes import MindPipes
from edge.off_switch import OffSwitch
from edge.sensing import Sensing

logger = logging.getLogger(__name__)

SLOTS: Final = 4
BACK_OFF_S: Final = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
MOST_DEATHS_IN_A_ROW: Final = 10
SETTLED_S: Final = 30.0
"""A child that lived this long starts again without back-off."""
BAD_SOURCE_EXIT: Final = 4
CHAMBER_GONE_EXIT: Final = 5
"""Exit statuses of `edge.capture`."""
DEVICE_CLOSES_S: Final = 2.0

PROGRAMS: Final[Mapping[str, str]] = {
    "capture": "edge.capture",
    "chamber": "edge.chamber",
    "mind": "edge.mind",
    "runtime": "edge.runtime",
}
"""The table of processes: each is sealed with the profile of its own name (`edge/seal.py`)."""


class StartFailed(RuntimeError):
    """The run cannot go on; the message is one sentence for a person."""


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
        self.children: dict[str, Child] = {}
        self.sensing = [Sensing(source) for source in run.sources]
        self.summary: Summary | None = None
        self._seals: dict[str, SealState] = {}
        self._deaths: dict[str, int] = {}
        self._stopping = False
        self._failure = ""
        self._chamber_go = self._chamber_waits = False
        self._chamber_fault = ""
        self._enters = -1
        self._allowance: Allowance | None = None
        self._again: dict[str, asyncio.TimerHandle] = {}
        self._voice: VoiceProfile | None = None
        self._enrol = run.enrol
        self._enrolling_ms = -1
        self._understood_ms = 0
        self._shown = msgspec.json.Decoder(Shown)

    # --- the life of a run ---------------------------------------------------------------------

    async def launch(self) -> Summary | None:
        """Run to the end of the sources (or to SIGINT) and return the summary.

        Raises StartFailed with one sentence when it cannot.
        """
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[None] = self._loop.create_future()
        lock = self._own_data_folder()
        self._airlock, self._sample = AirlockPipe(), Sample(0, 0)
        self._mind_pipes = MindPipes() if self.run.config.addressee.learn else None
        self._counter = CounterWatch(self._airlock, self._count, self._leaked)
        self.switch = OffSwitch(self.run.data, self.run.config.mute, self._obey, self._notice)
        door = control.listen(self.run.data)
        self._loop.add_reader(door, self._open_door, door)
        for signum in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(signum, self.stop)
        try:
            self._voice = self._known_voice()
            if self.switch.state.muted:
                self.show(self.switch.state)
            if self.switch.guessed:
                self._notice(self.switch.guessed)
            self._start_runtime()
            self._start_mind()
            self._start_chamber()
            self.switch.look()
            self._counter.look()
            await self._done
        finally:
            self._loop.remove_reader(door)
            door.close()
            control.forget(self.run.data)
            self._end_everything()
            os.close(lock)
        if self._failure:
            raise StartFailed(self._failure)
        return self.summary

    def stop(self) -> None:
        """End well: sources first, then everything drains. A second call ends at once."""
        if self._stopping:
            self._fail("interrupted")
            return
        self._stopping = True
        for sensing in self.sensing:
            if sensing.child:
                sensing.child.ask_to_end()
            else:
                sensing.ended = True
        self._close_slots_when_all_ended()

    def _own_data_folder(self) -> int:
        """Return the lock of the data folder: notes and ledger have one writer."""
        folder = self.run.data
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as refusal:
            raise StartFailed(f"cannot keep notes in {folder}: {refusal.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise StartFailed(f"another Offrecord is already running on {folder}") from None
        return lock

    def _known_voice(self) -> VoiceProfile | None:
        """Return the wearer's voice; a damaged one ends the run, for others' words would leave."""
        try:
            return voice_profile.load(self.run.data)
        except voice_profile.UselessVoice as refusal:
            if self._enrol:
                return None
            raise StartFailed(str(refusal)) from None
        except OSError as refusal:
            raise StartFailed(f"cannot read the wearer's voice: {refusal.strerror}") from None

    def _notice(self, sentence: str) -> None:
        self.show(Notice(sentence[-LINE_CHARACTERS:]))

    def _fail(self, sentence: str) -> None:
        self._failure = self._failure or sentence
        self._finish()

    def _finish(self) -> None:
        if not self._done.done():
            self._done.set_result(None)

    def _end_everything(self) -> None:
        for signum in (signal.SIGINT, signal.SIGTERM):
            self._loop.remove_signal_handler(signum)
        for child in self.children.values():
            child.kill()
            child.process.wait()
            child.close()
        for sensing in self.sensing:
            sensing.close_slot()
        self._airlock.close()
        if self._mind_pipes:
            self._mind_pipes.close()
        self._close_enters()

    # --- births --------------------------------------------------------------------------------

    def _start_runtime(self) -> None:
        program = self._programs["runtime"]
        mind_fds = self._mind_pipes.of_runtime if self._mind_pipes else ()
        read_end = self._airlock.read_end
        child = Child(births.runtime(self.run, program, self.run_id, read_end, mind_fds))
        self.children["runtime"] = child
        child.on_line(self._hear_runtime)
        child.on_death(self._runtime_died)
        self._tell_runtime(self.switch.state)
        for seal_state in self._seals.values():
            self._tell_runtime(seal_state)
        for sensing in self.sensing:
            if sensing.state:
                self._tell_runtime(sensing.state)

    def _start_mind(self) -> None:
        """Start it where the configuration wants it; its first word is that it is sealed."""
        if not self._mind_pipes:
            return
        pipes = self._mind_pipes
        pipes.drain()
        child = Child(
            births.mind(self.run, self._programs["mind"]),
            stdin=pipes.asks_read,
            stdout=pipes.answers_write,
        )
        self.children["mind"] = child
        child.on_death(self._mind_died)
        self._loop.add_reader(pipes.answers_read, self._greet_mind, child)

    def _greet_mind(self, child: Child) -> None:
        """Check it from outside; the runtime asks it from then on."""
        assert self._mind_pipes
        self._loop.remove_reader(self._mind_pipes.answers_read)
        self._check(child, "mind")

    def _mind_died(self, death: Death) -> None:
        assert self._mind_pipes
        self._loop.remove_reader(self._mind_pipes.answers_read)
        if "mind" not in self._seals:  # rules alone decide, and a person is told why
            self._notice(f"no mind: {death.reason}")
        elif not self._stopping:
            self._start_again("mind", death, death.reason, self._start_mind)

    def _start_chamber(self) -> None:
        if planned := self._again.pop("chamber", None):
            planned.cancel()
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(SLOTS)]
        for (theirs, ours), sensing in zip(pairs, self.sensing, strict=False):
            theirs.shutdown(socket.SHUT_WR)
            ours.shutdown(socket.SHUT_RD)
            sensing.take_slot(ours)
        for _, unused in pairs[len(self.sensing) :]:  # nothing is handed one during a run yet
            unused.close()
        senses: set[str] = {sensing.source.kind for sensing in self.sensing}
        if "audio" in senses and self._wants_voices():
            senses.add("voices")
        enters_read, self._enters = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        slots = [theirs.fileno() for theirs, _ in pairs]
        child = Child(
            births.chamber(self.run, self._programs["chamber"], slots, senses),
            stdin=enters_read,
            stdout=self._airlock.write_end,
        )
        os.close(enters_read)
        for theirs, _ in pairs:
            theirs.close()
        self._chamber_go = self._chamber_waits = False
        self.children["chamber"] = child
        child.on_death(lambda death: self._chamber_died(child, death))
        for sensing in self.sensing:
            if sensing.ended:
                sensing.close_slot()
            else:
                self._start_capture(sensing)

    def _wants_voices(self) -> bool:
        """Say whether the chamber is to tell the wearer's voice from others'."""
        tells = self.run.is_live or self.run.config.privacy.mode != "auto"
        return self._enrol is not None or (self._voice is not None and tells)

    def _start_capture(self, sensing: Sensing) -> None:
        """Start it, unless it runs already or nothing is to be heard and seen."""
        if sensing.child or not sensing.slot or self.switch.state.muted:
            return
        skip_ms = sensing.resume_ms(self._understood_ms)
        begin = births.Beginning(sensing.slot.fileno(), sensing.epoch, skip_ms)
        program = self._programs["capture"]
        child = Child(births.capture(self.run, program, sensing.name, sensing.source, begin))
        sensing.epoch += 1
        sensing.child, sensing.waits_for_go = child, False
        self.children[sensing.name] = child
        child.on_line(lambda line: self._hear_source(sensing, child, line))
        child.on_death(lambda death: self._capture_died(sensing, child, death))

    # --- what the children say -----------------------------------------------------------------

    def _hear_runtime(self, line: bytes) -> None:
        message = self._shown.decode(line)
        match message:
            case Allowance():  # nobody's but the chamber's
                self._allowance = message
                self._tell_chamber(message)
                return
            case Airlocked(airlock_bytes=entered_bytes):
                self._take_count(entered_bytes)
            case Transcript(end_ms=end_ms) | Overheard(end_ms=end_ms):
                self._understood_ms = max(self._understood_ms, end_ms)
            case Summary(airlock_bytes=entered_bytes):
                counter = self._airlock.compare(entered_bytes)
                message = self.summary = msgspec.structs.replace(message, counter=counter)
            case OffTheRecord(minutes=minutes):
                self.switch.ask(Mute(minutes), "voice")
            case _:
                self._hear_of_chamber(message)
        self.show(message)

    def _hear_of_chamber(self, message: Shown) -> None:
        match message:
            case Hello():
                self._greet_chamber(message)
            case ChildDied(process="chamber"):  # it broke the airlock's rules
                self._end_chamber()
            case Ended():
                self._let_chamber_go()
            case Enrolling(heard_ms=heard_ms):
                self._enrolling_ms = heard_ms
            case VoiceProfile():
                self._voice, self._enrol, self._enrolling_ms = message, None, -1
            case Dying(fault=fault):
                self._chamber_fault = fault

    def _let_chamber_go(self) -> None:
        """Count what it wrote while the kernel still tells everybody, then close its pipe."""
        self._airlock.finished()
        self._close_enters()

    def _close_enters(self) -> None:
        if self._enters >= 0:
            os.close(self._enters)
            self._enters = -1

    def _hear_source(self, sensing: Sensing, child: Child, line: bytes) -> None:
        if sensing.child is not child:
            return
        state = msgspec.json.decode(line, type=SourceState)
        sensing.state = state
        if state.phase == "ready":
            if self._check(child, "capture", sensing.source):
                sensing.waits_for_go = True
                self._release_sources()
        elif state.phase == "ended":
            sensing.ended = True
        elif state.phase == "failed":
            self._fail(state.detail)
        self._tell_runtime(state)
        self.show(state)

    def _tell_runtime(self, message: Control) -> None:
        self.children["runtime"].tell(msgspec.json.encode(message) + b"\n")

    def _tell_chamber(self, message: Enters | None) -> None:
        """Tell it, if it has been let go; one that is just dying hears nothing."""
        if message and self._chamber_go and self._enters >= 0:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._enters, airlock.encode(message))

    # --- the check from outside, and GO --------------------------------------------------------

    def _check(self, child: Child, profile: str, source: Source | None = None) -> bool:
        """Look at a child from outside; end the run unless it is sealed as its profile says."""
        found = seal.inspect(child.pid, profile, also_open=_also_open(source))
        if found.problems:
            self._fail(f"{child.name} is not sealed: {found.problems[0]}")
            return False
        unchecked = tuple(sentence[:LINE_CHARACTERS] for sentence in found.unchecked)
        state = SealState(child.name, child.pid, found.level, found.threads, unchecked)
        self._seals[child.name] = state
        self._tell_runtime(state)
        self.show(state)
        return True

    def _greet_chamber(self, hello: Hello) -> None:
        child, runtime = self.children["chamber"], self.children["runtime"]
        checked = self._check(runtime, "runtime")
        if not (checked and self._check(child, "chamber")):
            return
        self._airlock.greeted(child.pid, hello)
        if self._airlock.is_exact:
            self._let_chamber_work()
        else:  # the ledger's count is where this one begins
            self._chamber_waits = True
            self._tell_runtime(CountBytes())

    def _let_chamber_work(self) -> None:
        self._chamber_waits, self._chamber_go = False, True
        self._tell_chamber(Go())
        self._tell_chamber(self._allowance)
        if self._enrol:
            self._enrolling_ms = 0
            self._tell_runtime(self._enrol)  # first: it expects a voice from then on
        self._tell_chamber(self._enrol or (self._voice if self._wants_voices() else None))
        if self.run.levels:
            self._tell_chamber(Watch(levels=True))
        self._release_sources()

    def _release_sources(self) -> None:
        """Say GO to the sources together, once all are ready: their streams share a beginning."""
        begun = [s for s in self.sensing if not s.ended]
        if not self._chamber_go or not all(s.waits_for_go or s.released for s in begun):
            return
        for sensing in begun:
            if sensing.waits_for_go and sensing.child:
                sensing.waits_for_go, sensing.released = False, True
                sensing.child.tell(b"G")

    # --- the counter rule ----------------------------------------------------------------------

    def _count(self) -> None:
        self._tell_runtime(CountBytes())

    def _take_count(self, entered_bytes: int) -> None:
        if self._chamber_waits:
            with contextlib.suppress(OSError):  # it has just died
                self._airlock.trust(entered_bytes)
                self._let_chamber_work()
        self._counter.judge(entered_bytes)

    def _leaked(self, missing_bytes: int) -> None:
        self._chamber_fault = f"it wrote {missing_bytes} bytes that are in no ledger"
        self._notice(f"ALERT: the chamber wrote {missing_bytes} bytes that are in no ledger")
        self._end_chamber()

    # --- off the record ------------------------------------------------------------------------

    def _obey(self, state: MuteState) -> None:
        """Hear and see, or do not: then nothing survives that was half heard."""
        if state.muted and any(sensing.child for sensing in self.sensing):
            self._replace_chamber()
        elif not (state.muted or self._stopping):
            for sensing in self.sensing:
                if not sensing.ended:
                    self._start_capture(sensing)
        self._tell_runtime(state)
        self.show(state)

    def _replace_chamber(self) -> None:
        """Have a new one that knows nothing of what was heard and seen so far."""
        sensed = [sensing for sensing in self.sensing if sensing.child]
        self._close_sources()
        for sensing in sensed:
            sensing.leave_out(fast=self.run.fast)
        self._end_chamber()
        self._close_enters()
        self._tell_runtime(ChildDied("chamber", "replaced"))
        self._start_chamber()

    def _close_sources(self) -> None:
        """End what holds a device or a file, at once."""
        ended = [sensing.child for sensing in self.sensing if sensing.child]
        for sensing in self.sensing:
            sensing.child = None
        for child in ended:
            child.kill()
        for child in ended:
            with contextlib.suppress(subprocess.TimeoutExpired):  # a driver holds it
                child.process.wait(DEVICE_CLOSES_S)

    # --- what commands ask ---------------------------------------------------------------------

    def _open_door(self, door: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection, _ = door.accept()
            self._loop.add_reader(connection, self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        """Do what one command asks and tell it how things stand then."""
        self._loop.remove_reader(connection)
        with connection, contextlib.suppress(control.BadRequest):
            self._do(control.read(connection))
            control.answer(connection, self._standing())

    def _do(self, asked: Asked) -> None:
        match asked:
            case Mute() | Unmute():
                self.switch.ask(asked)
            case Enrol():
                self._enrol, self._enrolling_ms = asked, 0
                self._replace_chamber()
            case ForgetVoice():
                self._enrol, self._voice, self._enrolling_ms = None, None, -1
                voice_profile.forget(self.run.data)
                self._replace_chamber()
            case Inquire():
                pass

    def _standing(self) -> Standing:
        """Return how things stand."""
        alive = {n: c for n, c in self.children.items() if c.process.poll() is None}
        sources_of = {sensing.name: sensing.source for sensing in self.sensing}
        checked = {
            name: state
            for name, state in self._seals.items()
            if name in alive and state.pid == alive[name].pid
        }
        with contextlib.suppress(OSError):  # the chamber has just died: as it was, then
            self._sample = self._airlock.sample()
        return Standing(
            run=self.run_id,
            pid=os.getpid(),
            processes=tuple(
                StandingProcess(
                    process=name,
                    profile=name.partition(".")[0],
                    pid=child.pid,
                    level=checked[name].level if name in checked else "C",
                    is_checked=name in checked,
                    also_open=_also_open(sources_of.get(name)),
                )
                for name, child in alive.items()
            ),
            mute=self.switch.state,
            written_bytes=self._sample.written_bytes,
            waiting_bytes=self._sample.waiting_bytes,
            before_bytes=self._airlock.before_bytes,
            is_counter_known=self._airlock.is_known,
            is_enrolled=self._voice is not None,
            enrolling_ms=self._enrolling_ms,
        )

    # --- deaths --------------------------------------------------------------------------------

    def _capture_died(self, sensing: Sensing, child: Child, death: Death) -> None:
        if sensing.child is not child:
            return
        sensing.child = None
        if death.code == CHAMBER_GONE_EXIT:  # it starts again with the chamber
            return
        if death.code == BAD_SOURCE_EXIT:
            self._fail(sensing.state.detail if sensing.state else death.reason)
            return
        if death.code == 0 or self._stopping:
            sensing.ended = True
            self._close_slots_when_all_ended()
            return
        lost = sensing.state and sensing.state.phase == "lost"
        reason = sensing.state.detail if lost and sensing.state else death.reason
        self._start_again(child.name, death, reason, lambda: self._start_capture(sensing))

    def _close_slots_when_all_ended(self) -> None:
        if all(sensing.ended for sensing in self.sensing):
            for sensing in self.sensing:
                sensing.close_slot()

    def _end_chamber(self) -> None:
        """End it with its last byte counted: of the dead the kernel tells only root."""
        child = self.children["chamber"]
        if child.freeze() and self._airlock.has_writer:
            self._airlock.finished()
        child.kill()

    def _chamber_died(self, child: Child, death: Death) -> None:
        if self.children["chamber"] is not child:
            return
        self._chamber_go = self._chamber_waits = False
        self._airlock.died(death.written_bytes)
        self._close_enters()
        if death.code == 0 and self._all_slots_closed():
            self._airlock.end()
            return
        self._close_sources()
        self._start_again(
            "chamber", death, self._chamber_fault or death.reason, self._start_chamber
        )
        self._chamber_fault = ""

    def _all_slots_closed(self) -> bool:
        return all(sensing.slot is None for sensing in self.sensing)

    def _runtime_died(self, death: Death) -> None:
        if death.code == 0 and self._airlock.is_closed:
            self._finish()
            return
        read = CounterGap(self._airlock.sample().read_bytes)

        def again() -> None:
            self._start_runtime()
            self._tell_runtime(read)
            if not self._chamber_go:  # its greeting may have died with the runtime
                self.children["chamber"].kill()

        self._start_again("runtime", death, death.reason, again)

    def _start_again(self, name: str, death: Death, reason: str, again: Callable[[], None]) -> None:
        deaths = 1 if death.lived_s > SETTLED_S else self._deaths.get(name, 0) + 1
        self._deaths[name] = deaths
        never_worked = name not in self._seals
        if never_worked or deaths > MOST_DEATHS_IN_A_ROW:
            self._fail(reason)
            return
        logger.warning("%s %s; starting it again", name, death.code)
        self.show(ChildDied(name, reason[:120]))
        if name != "runtime":
            self._tell_runtime(ChildDied(name, reason[:120]))
        delay_s = BACK_OFF_S[min(deaths, len(BACK_OFF_S)) - 1]
        self._again[name] = self._loop.call_later(
            delay_s, lambda: None if self._done.done() else again()
        )


def _also_open(source: Source | None) -> tuple[str, ...]:
    """Return what a source's process may hold beyond its row: opened before, only read since."""
    is_stream = source is not None and source.form is sources.Form.CAMERA_STREAM
    return ("connection",) if is_stream else ()
