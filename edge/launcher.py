"""Which processes there are, how they are born, told to go, and started again.

The launcher is the only process that starts others. It holds the write ends of the chamber's
source slots (it never reads media), checks every sealed child from outside before it says GO,
watches the counter rule, stops the sources when it is asked to, and shuts down by closing pipes.
One `Launcher` is one run. Who lives is in `edge/processes.py`, the sources are in
`edge/source_processes.py`, what the run can do without (mind, voice) in `edge/aside.py`.
"""

import asyncio
import contextlib
import fcntl
import os
import secrets
import signal
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from edge import airlock, births, control, messages, voice_profile
from edge.airlock_pipe import AirlockPipe, Sample
from edge.aside import Aside
from edge.births import Run
from edge.child import Birth, Child, Death
from edge.counter_rule import CounterWatch
from edge.messages import (
    Airlocked,
    Allowance,
    Asked,
    Attend,
    ChildDied,
    CountBytes,
    CounterGap,
    Dying,
    Ended,
    Enrol,
    Enrolling,
    Enters,
    Expect,
    Forget,
    ForgetVoice,
    Go,
    Hello,
    Inquire,
    Look,
    Mute,
    MuteState,
    OffTheRecord,
    Overheard,
    Share,
    Shown,
    Standing,
    StandingProcess,
    Summary,
    Transcript,
    Unmute,
    VoiceProfile,
    Watch,
)
from edge.notes import keys, vault
from edge.off_switch import OffSwitch
from edge.processes import Processes
from edge.source_processes import Ask, SourceProcesses

SLOTS: Final = 4
"""The last one is for what the companion's own voice plays."""

PROGRAMS: Final[Mapping[str, str]] = {
    "capture": "edge.capture",
    "chamber": "edge.chamber",
    "mind": "edge.mind",
    messages.LANGUAGE_MODEL: "edge.mind.language",
    "runtime": "edge.runtime",
    "voice": "edge.voice",
}
"""The table of processes: each is sealed with the profile of its name up to the point."""


MOST_ENDED: Final = 2
"""So many chambers may end for one specialist; the next one lives without it."""
FORGIVEN_S: Final = 3600.0
"""After so long without such an end the earlier ones are forgotten: one that fails twice in weeks
of a run is no broken one."""


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
        self.processes = Processes(show, self._fail)
        self.children = self.processes.living
        self.sources = SourceProcesses(
            run,
            programs["capture"],
            self.processes,
            Ask(
                may_sense=lambda: not self.switch.state.muted,
                may_go=lambda: self._chamber_go,
                may_end=lambda: self._stopping,
                all_ended=self._fall_silent,
            ),
        )
        self.sensing = self.sources.sensing
        self.summary: Summary | None = None
        self._stopping = False
        self._failure = ""
        self._chamber_go = self._chamber_waits = False
        self._chamber_fault = ""
        self._ended_chambers: Counter[str] = Counter()
        """Specialists that did not answer, or failed, and how many chambers ended for that."""
        self._last_ended_s = 0.0
        self._enters = -1
        self._allowance: Allowance | None = None
        self._expect: Expect | None = None
        self._wearer: VoiceProfile | None = None
        self._enrol = run.enrol
        self._enrolling_ms = -1
        self._mind: Aside | None = None
        self._language: Aside | None = None
        self._voice: Aside | None = None
        self._voice_slot: socket.socket | None = None
        self._voice_epoch = 0
        self._shown = msgspec.json.Decoder(Shown)

    # --- the life of a run ---------------------------------------------------------------------

    async def launch(self) -> Summary | None:
        """Run to the end of the sources (or to SIGINT) and return the summary.

        Raises StartFailed with one sentence when it cannot.
        """
        self._secret = self._owner_secret()
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[None] = self._loop.create_future()
        lock = self._own_data_folder()
        self._airlock, self._sample = AirlockPipe(), Sample(0, 0)
        self._make_asides()
        self._counter = CounterWatch(self._airlock, self._count, self._leaked)
        self.switch = OffSwitch(
            self.run.data, self.run.config.mute, self._obey, self.processes.notice
        )
        door = control.listen(self.run.data)
        self._loop.add_reader(door, self._open_door, door)
        for signum in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(signum, self.stop)
        try:
            self._wearer = self._known_voice()
            if self.switch.state.muted:
                self.show(self.switch.state)
            if self.switch.guessed:
                self.processes.notice(self.switch.guessed)
            self._start_runtime()
            for aside in (self._mind, self._language):
                if aside:
                    aside.start()
            self._start_chamber()
            self.switch.look()
            self._counter.look()
            if self.run.is_live and "video" in self.sources.kinds:
                self.sources.spare()
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
        self.sources.ask_to_end()

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

    def _owner_secret(self) -> bytes:
        """Return what the notes are encrypted with: asked for before anything is started."""
        try:
            return self.run.secret or keys.secret()
        except keys.NoKey as refusal:
            raise StartFailed(str(refusal)) from None

    def _known_voice(self) -> VoiceProfile | None:
        """Return the wearer's voice; a damaged one ends the run, for others' words would leave."""
        try:
            return voice_profile.load(self.run.data, self._secret)
        except voice_profile.UselessVoice as refusal:
            if self._enrol:
                return None
            raise StartFailed(str(refusal)) from None
        except vault.WrongKey as refusal:
            raise StartFailed(str(refusal)) from None
        except OSError as refusal:
            raise StartFailed(f"cannot read the wearer's voice: {refusal.strerror}") from None

    def _fail(self, sentence: str) -> None:
        self._failure = self._failure or sentence
        self._finish()

    def _finish(self) -> None:
        self.processes.is_over = True
        if not self._done.done():
            self._done.set_result(None)

    def _end_everything(self) -> None:
        for signum in (signal.SIGINT, signal.SIGTERM):
            self._loop.remove_signal_handler(signum)
        self.processes.end()
        self.sources.close()
        self._fall_silent()
        self._airlock.close()
        for aside in (self._mind, self._language, self._voice):
            if aside:
                aside.close()
        self._close_enters()

    # --- births --------------------------------------------------------------------------------

    def _start_runtime(self) -> None:
        asides = (self._mind, self._language, self._voice)
        pipes = [aside.pipes.of_runtime if aside else () for aside in asides]
        key_fd = readable_once(self._secret)
        fds = births.RuntimeFds(self._airlock.read_end, key_fd, *pipes)
        child = Child(births.runtime(self.run, self._programs["runtime"], self.run_id, fds))
        os.close(key_fd)
        self.children["runtime"] = child
        child.on_line(self._hear_runtime)
        child.on_death(self._runtime_died)
        self.processes.tell_runtime(self.switch.state)
        alive = {each.pid for each in self.children.values() if each.process.poll() is None}
        for seal_state in self.processes.seals.values():
            if seal_state.pid in alive:
                self.processes.tell_runtime(seal_state)
        for aside in asides:
            if aside and aside.is_given_up:
                self.processes.tell_runtime(ChildDied(aside.name, "it died too often"))
        for sensing in self.sensing:
            if sensing.state:
                self.processes.tell_runtime(sensing.state)

    def _make_asides(self) -> None:
        self._shares = births.divided(self.run.config)
        if self._shares.mind_mb:
            program = self._programs["mind"]
            self._mind = Aside(
                "mind",
                self.processes,
                lambda: births.mind(self.run, program),
                given_up=self._give_chamber_more,
            )
        elif self.run.config.addressee.learn:
            self.processes.notice("no mind: [memory] budget_mb has no room for it")
        if self.run.config.reasoner.weights:
            name = messages.LANGUAGE_MODEL
            thinks = self._programs[name]
            self._language = Aside(
                name,
                self.processes,
                lambda: births.language(self.run, thinks),
                given_up=self._give_chamber_more,
            )
        if self.run.speaks:
            is_missed = self.run.config.voice.enabled is True
            self._voice = Aside("voice", self.processes, self._born_voice, is_missed=is_missed)

    def _born_voice(self) -> Birth:
        assert self._voice_slot
        self._voice_epoch += 1
        slot_fd, program = self._voice_slot.fileno(), self._programs["voice"]
        return births.voice(self.run, program, slot_fd, self._voice_epoch)

    def _fall_silent(self) -> None:
        """End the voice, so that the chamber expects nothing of it any more."""
        if self._voice:
            self._voice.end()
        if self._voice_slot:
            self._voice_slot.close()
            self._voice_slot = None

    def _start_chamber(self) -> None:
        self.processes.drop_plan("chamber")
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(SLOTS)]
        for theirs, ours in pairs:
            theirs.shutdown(socket.SHUT_WR)
            ours.shutdown(socket.SHUT_RD)
        self._hand_out([ours for _, ours in pairs])
        enters_read, self._enters = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        slots = [theirs.fileno() for theirs, _ in pairs]
        child = Child(
            births.chamber(
                self.run,
                self._programs["chamber"],
                slots,
                births.Powers(self._senses(), self._chamber_mb(), self._left_out()),
            ),
            stdin=enters_read,
            stdout=self._airlock.write_end,
        )
        os.close(enters_read)
        for theirs, _ in pairs:
            theirs.close()
        self._chamber_go = self._chamber_waits = False
        self.children["chamber"] = child
        child.on_death(lambda death: self._chamber_died(child, death))
        if self._voice:
            self._voice.start()
        self.sources.start()

    def _hand_out(self, slots: list[socket.socket]) -> None:
        """Give the sources and the voice the ends to write to; nobody has the others yet."""
        self._fall_silent()
        sources = len(self.sensing)
        self.sources.take_slots(slots[:sources])
        if self._voice:
            self._voice_slot = slots.pop()
        for unused in slots[sources:]:
            unused.close()

    def _senses(self) -> set[str]:
        """Return what the chamber is to be able to do."""
        senses: set[str] = set(self.sources.kinds)
        if "audio" in senses and self._wants_voices():
            senses.add("voices")
        if "audio" in senses and self._voice:
            senses.add("echo")
        return senses

    def _chamber_mb(self) -> int:
        """Return what the chamber's models may take; also what others held who live no more."""
        mine, mind, language = self._shares
        if not mine:
            return 0
        others = ((self._mind, mind), (self._language, language))
        return mine + sum(held for aside, held in others if aside and aside.is_given_up)

    def _give_chamber_more(self) -> None:
        if whole_mb := self._chamber_mb():
            self._tell_chamber(Share(whole_mb))

    def _left_out(self) -> set[str]:
        """Return the specialists without which the next chamber is to live."""
        return {name for name, ended in self._ended_chambers.items() if ended >= MOST_ENDED}

    def _wants_voices(self) -> bool:
        """Say whether the chamber is to tell the wearer's voice from others'."""
        tells = self.run.is_live or self.run.config.privacy.mode != "auto"
        return self._enrol is not None or (self._wearer is not None and tells)

    # --- what the children say -----------------------------------------------------------------

    def _hear_runtime(self, line: bytes) -> None:
        message = self._shown.decode(line)
        match message:
            case Allowance():  # nobody's but the chamber's
                self._allowance = message
                self._tell_chamber(message)
                return
            case Expect():
                self._expect = message
                self._tell_chamber(message)
                return
            case Look():
                self._look()
                return
            case Airlocked(airlock_bytes=entered_bytes):
                self._take_count(entered_bytes)
                self._look_at_another_runtime()
            case Transcript(end_ms=end_ms) | Overheard(end_ms=end_ms):
                self.sources.understood_ms = max(self.sources.understood_ms, end_ms)
            case Summary(airlock_bytes=entered_bytes):
                counter = self._airlock.compare(entered_bytes)
                message = self.summary = msgspec.structs.replace(message, counter=counter)
            case OffTheRecord(minutes=minutes):
                self.switch.ask(Mute(minutes), "voice")
            case _:
                self._hear_of_chamber(message)
        self.show(message)

    def _look_at_another_runtime(self) -> None:
        """Check one that took another's place beside a chamber at work; it is sealed by now."""
        runtime = self.children["runtime"]
        if self._chamber_go and self.processes.seals["runtime"].pid != runtime.pid:
            self.processes.check(runtime, "runtime")

    def _hear_of_chamber(self, message: Shown) -> None:
        match message:
            case Hello():
                self._greet_chamber(message)
            case ChildDied(process="chamber"):  # it broke the airlock's rules
                self._end_chamber()
            case ChildDied(process=messages.LANGUAGE_MODEL) if self._language:  # it hangs
                self._language.start()
            case Ended():
                self._let_chamber_go()
            case Enrolling(heard_ms=heard_ms):
                self._enrolling_ms = heard_ms
            case VoiceProfile():
                self._wearer, self._enrol, self._enrolling_ms = message, None, -1
            case Dying():
                self._note_fault(message)

    def _note_fault(self, dying: Dying) -> None:
        self._chamber_fault = dying.fault
        if dying.specialist:
            now_s = self._loop.time()
            if now_s - self._last_ended_s > FORGIVEN_S:
                self._ended_chambers.clear()
            self._last_ended_s = now_s
            self._chamber_fault += f": {dying.specialist}"
            self._ended_chambers[dying.specialist] += 1

    def _let_chamber_go(self) -> None:
        """Count what it wrote while the kernel still tells everybody, then close its pipe."""
        self._airlock.finished()
        self._close_enters()

    def _close_enters(self) -> None:
        if self._enters >= 0:
            os.close(self._enters)
            self._enters = -1

    def _tell_chamber(self, message: Enters | None) -> None:
        """Tell it, if it has been let go; one that is just dying hears nothing."""
        if message and self._chamber_go and self._enters >= 0:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._enters, airlock.encode(message))

    # --- the check from outside, and GO --------------------------------------------------------

    def _greet_chamber(self, hello: Hello) -> None:
        child, runtime = self.children["chamber"], self.children["runtime"]
        checked = self.processes.check(runtime, "runtime")
        if not (checked and self.processes.check(child, "chamber")):
            return
        self._airlock.greeted(child.pid, hello)
        if self._airlock.is_exact:
            self._let_chamber_work()
        else:  # the ledger's count is where this one begins
            self._chamber_waits = True
            self.processes.tell_runtime(CountBytes())

    def _let_chamber_work(self) -> None:
        self._chamber_waits, self._chamber_go = False, True
        self._tell_chamber(Go())
        self._tell_chamber(self._allowance)
        self._tell_chamber(self._expect)
        self._give_chamber_more()  # to one that was just being born when another was given up
        if self._enrol:
            self._enrolling_ms = 0
            self.processes.tell_runtime(self._enrol)  # first: it expects a voice from then on
        self._tell_chamber(self._enrol or (self._wearer if self._wants_voices() else None))
        if self.run.levels:
            self._tell_chamber(Watch(levels=True))
        self.sources.release()

    # --- the counter rule ----------------------------------------------------------------------

    def _count(self) -> None:
        self.processes.tell_runtime(CountBytes())

    def _take_count(self, entered_bytes: int) -> None:
        if self._chamber_waits:
            with contextlib.suppress(OSError):  # it has just died
                self._airlock.trust(entered_bytes)
                self._let_chamber_work()
        self._counter.judge(entered_bytes)

    def _leaked(self, missing_bytes: int) -> None:
        self._chamber_fault = f"it wrote {missing_bytes} bytes that are in no ledger"
        self.processes.notice(
            f"ALERT: the chamber wrote {missing_bytes} bytes that are in no ledger"
        )
        self._end_chamber()

    # --- off the record ------------------------------------------------------------------------

    def _obey(self, state: MuteState) -> None:
        """Hear and see, or do not: then nothing survives that was half heard."""
        if state.muted and any(sensing.child for sensing in self.sensing):
            self._replace_chamber()
        elif not (state.muted or self._stopping):
            self.sources.start()
        self.processes.tell_runtime(state)
        self.show(state)

    def _replace_chamber(self) -> None:
        """Have a new one that knows nothing of what was heard and seen so far."""
        self.sources.leave_out()
        self._end_chamber()
        self._close_enters()
        self.processes.tell_runtime(ChildDied("chamber", "replaced"))
        self._start_chamber()

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
                self._enrol, self._wearer, self._enrolling_ms = None, None, -1
                voice_profile.forget(self.run.data)
                self._replace_chamber()
            case Forget():
                self.processes.tell_runtime(asked)
            case Look():
                self._look()
            case Attend():
                self._tell_chamber(asked)
                self.processes.tell_runtime(asked)
            case Inquire():
                pass

    def _look(self) -> None:
        """Have a fresh picture taken, and looked at: the chamber first, for it comes at once."""
        self._tell_chamber(Look())
        self.sources.look_now()

    def _standing(self) -> Standing:
        """Return how things stand."""
        alive = {n: c for n, c in self.children.items() if c.process.poll() is None}
        checked = {
            name: state
            for name, state in self.processes.seals.items()
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
                    also_open=self.sources.also_open(name),
                )
                for name, child in alive.items()
            ),
            mute=self.switch.state,
            written_bytes=self._sample.written_bytes,
            waiting_bytes=self._sample.waiting_bytes,
            before_bytes=self._airlock.before_bytes,
            is_counter_known=self._airlock.is_known,
            is_enrolled=self._wearer is not None,
            enrolling_ms=self._enrolling_ms,
            sees=any(s.child and s.source.kind == "video" for s in self.sensing),
        )

    # --- deaths --------------------------------------------------------------------------------

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
        if death.code == 0 and self.sources.have_ended:
            self._airlock.end()
            return
        self.sources.end()
        gave_up = self._left_out() and death.code == 1
        if gave_up and self.processes.seals["chamber"].pid != child.pid:
            self._fail(death.reason)  # without those it cannot even be born
            return
        self.processes.start_again(
            "chamber", death, self._chamber_fault or death.reason, self._start_chamber
        )
        self._chamber_fault = ""

    def _runtime_died(self, death: Death) -> None:
        if death.code == 0 and self._airlock.is_closed:
            self._finish()
            return
        read = CounterGap(self._airlock.sample().read_bytes)

        def again() -> None:
            self._start_runtime()
            self.processes.tell_runtime(read)
            if not self._chamber_go:  # its greeting may have died with the runtime
                self.children["chamber"].kill()

        self.processes.start_again("runtime", death, death.reason, again)


def readable_once(secret: bytes) -> int:
    """Return a descriptor from which a child can read something that nobody else sees."""
    read_end, write_end = os.pipe2(os.O_CLOEXEC)
    os.write(write_end, secret)
    os.close(write_end)
    return read_end
