"""The chamber of a run, from outside: born, checked, told to go, counted, ended and born again.

What hears and sees is replaced whole: by one that knows nothing of what was heard so far, or by one
that does without a specialist for which too many have ended.
"""

import asyncio
import contextlib
import os
import socket
from collections import Counter
from dataclasses import dataclass
from typing import Final

from edge import airlock
from edge.airlock_pipe import AirlockPipe, Sample
from edge.launcher import births
from edge.launcher.asides import Asides
from edge.launcher.births import Run
from edge.launcher.child import Child, Death, readable_once
from edge.launcher.counter_rule import CounterWatch
from edge.launcher.doorway import NO_DESCRIPTOR
from edge.launcher.processes import Processes
from edge.launcher.sources import SourceProcesses
from edge.launcher.wearer import Wearer
from edge.messages import (
    Allowance,
    ChildDied,
    CountBytes,
    Dying,
    Ended,
    Enters,
    Expect,
    Go,
    Hello,
    HomeHeard,
    HomeVoice,
    Look,
    ReturnAnswer,
    ReturnWords,
    Share,
    Shown,
    Watch,
)

SLOTS: Final = 4
"""The last one is for what the companion's own voice plays."""
CANNOT_COUNT: Final = (
    "the kernel does not let this user count what the chamber writes, because user namespaces are "
    "not allowed here; allow them (in a container by its seccomp profile), or run it as root"
)
MOST_ENDED: Final = 2
"""So many chambers may end for one specialist; the next one lives without it."""
FORGIVEN_S: Final = 3600.0
"""After so long without such an end the earlier ones are forgotten: one that fails twice in weeks
of a run is no broken one."""


@dataclass(frozen=True, slots=True)
class Around:
    """What each chamber of a run is born amid."""

    processes: Processes
    sources: SourceProcesses
    asides: Asides
    wearer: Wearer


class ChamberProcess:
    """Every chamber of one run, one after another, and the airlock that they share."""

    def __init__(self, run: Run, program: str, around: Around) -> None:
        """Prepare it; `start` starts the first."""
        self._run, self._program = run, program
        self._processes, self._sources = around.processes, around.sources
        self._asides, self._wearer = around.asides, around.wearer
        self._asides.on_given_up = self.give_more
        self._loop = asyncio.get_running_loop()
        self.airlock = AirlockPipe()
        self._counter = CounterWatch(self.airlock, self._count, self._leaked)
        self._sample = Sample(0, 0)
        self.may_work = False
        """Whether it has been let go."""
        self._waits_for_count = False
        self._fault = ""
        self._ended_for: Counter[str] = Counter()
        """Specialists that did not answer, or failed, and how many chambers ended for that."""
        self._last_ended_s = 0.0
        self._enters = -1
        self._allowance: Allowance | None = None
        self._expect: Expect | None = None

    @property
    def child(self) -> Child:
        """The one that lives, or died last."""
        return self._processes.living["chamber"]

    def tell(self, message: Enters | None) -> None:
        """Tell it, if it has been let go; one that is just dying hears nothing."""
        if message and self.may_work and self._enters >= 0:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._enters, airlock.encode(message))

    def look(self) -> None:
        """Have a fresh picture taken, and looked at: the chamber first, for it comes at once."""
        self.tell(Look())
        self._sources.look_now()

    def give_more(self) -> None:
        """Let its models take what has become free."""
        if whole_mb := self._asides.chamber_mb():
            self.tell(Share(whole_mb))

    def sample(self) -> Sample:
        """Return the kernel's counts, as they were last where it has just died."""
        with contextlib.suppress(OSError):
            self._sample = self.airlock.sample()
        return self._sample

    def hear(self, message: Shown) -> None:
        """Take what the runtime passes on of it."""
        match message:
            case Allowance():
                self._allowance = message
                self.tell(message)
            case Expect():
                self._expect = message
                self.tell(message)
            case Look():
                self.look()
            case Hello():
                self._greet(message)
            case Ended():  # count what it wrote while the kernel still tells everybody
                self.airlock.finished()
                self._close_enters()
            case Dying():
                self._note_fault(message)
            case ReturnWords() | ReturnAnswer() | HomeVoice() | HomeHeard():
                self._send_back(message)

    def _send_back(self, message: ReturnWords | ReturnAnswer | HomeVoice | HomeHeard) -> None:
        """Hand what was found to the link of who sent the sound."""
        if isinstance(message, ReturnWords | ReturnAnswer):
            self._sources.return_words(message)
        elif self._asides.home:
            self._asides.home.answer(message)

    # --- birth ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Start one, with the voice that it hears and the sources that it listens to."""
        self._processes.drop_plan("chamber")
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(SLOTS)]
        for theirs, ours in pairs:
            theirs.shutdown(socket.SHUT_WR)
            ours.shutdown(socket.SHUT_RD)
        self._hand_out([ours for _, ours in pairs])
        enters_read, self._enters = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        slots = [theirs.fileno() for theirs, _ in pairs]
        doorway = self._run.doorway
        key = doorway.opening_key if doorway else b""
        key_fd = readable_once(key) if key else NO_DESCRIPTOR
        powers = births.Powers(self._senses(), self._asides.chamber_mb(), self._left_out(), key_fd)
        child = Child(
            births.chamber(self._run, self._program, slots, powers),
            stdin=enters_read,
            stdout=self.airlock.write_end,
        )
        for given in {enters_read, key_fd} - {NO_DESCRIPTOR}:
            os.close(given)
        for theirs, _ in pairs:
            theirs.close()
        self.may_work = self._waits_for_count = False
        self._processes.living["chamber"] = child
        child.on_death(lambda death: self._died(child, death))
        self._asides.speak()
        self._sources.start()

    def watch(self) -> None:
        """Hold every chamber to the counter rule, for ever."""
        self._counter.look()

    def _hand_out(self, slots: list[socket.socket]) -> None:
        """Give the sources and the voice the ends to write to; nobody has the others yet."""
        self._asides.fall_silent()
        sources = len(self._sources.sensing)
        self._sources.take_slots(slots[:sources])
        self._asides.take_slot(slots)
        for unused in slots[sources:]:
            unused.close()

    def _senses(self) -> set[str]:
        """Return what it is to be able to do."""
        senses: set[str] = set(self._sources.kinds)
        if self._asides.home:
            senses |= {"audio", "home"}
        if "audio" in senses and self._wearer.is_told_apart:
            senses.add("voices")
        if "audio" in senses and self._asides.voice and not self._run.speaks_by_wearable:
            senses.add("echo")
        return senses

    def _left_out(self) -> set[str]:
        """Return the specialists without which the next one is to live."""
        return {name for name, ended in self._ended_for.items() if ended >= MOST_ENDED}

    # --- the check from outside, and GO --------------------------------------------------------

    def _greet(self, hello: Hello) -> None:
        child, runtime = self.child, self._processes.living["runtime"]
        checked = self._processes.check(runtime, "runtime")
        if not (checked and self._processes.check(child, "chamber")):
            return
        try:
            self.airlock.greeted(child.pid, hello)
        except PermissionError:
            self._processes.fail(CANNOT_COUNT)
            return
        if self.airlock.is_exact:
            self._let_work()
        else:  # the ledger's count is where this one begins
            self._waits_for_count = True
            self._processes.tell_runtime(CountBytes())

    def _let_work(self) -> None:
        self._waits_for_count, self.may_work = False, True
        self.tell(Go())
        self.tell(self._allowance)
        self.tell(self._expect)
        self.give_more()  # to one that was just being born when another was given up
        if self._wearer.enrol:
            self._wearer.learn(self._wearer.enrol)
            self._processes.tell_runtime(self._wearer.enrol)  # first: it expects a voice from then
        self.tell(self._wearer.to_tell())
        if self._run.levels:
            self.tell(Watch(levels=True))
        self._sources.release()
        if self._asides.home:
            self._asides.home.release()

    # --- the counter rule ----------------------------------------------------------------------

    def judge(self, entered_bytes: int) -> None:
        """Compare with what the ledger holds; where its count was waited for, go on with it."""
        if self._waits_for_count:
            with contextlib.suppress(OSError):  # it has just died
                self.airlock.trust(entered_bytes)
                self._let_work()
        self._counter.judge(entered_bytes)

    def _count(self) -> None:
        self._processes.tell_runtime(CountBytes())

    def _leaked(self, missing_bytes: int) -> None:
        self._fault = f"it wrote {missing_bytes} bytes that are in no ledger"
        self._processes.notice(
            f"ALERT: the chamber wrote {missing_bytes} bytes that are in no ledger"
        )
        self.end()

    # --- death ---------------------------------------------------------------------------------

    def end(self) -> None:
        """End it with its last byte counted: of the dead the kernel tells only root."""
        child = self.child
        if child.freeze() and self.airlock.has_writer:
            self.airlock.finished()
        child.kill()

    def replace(self) -> None:
        """Have a new one that knows nothing of what was heard and seen so far."""
        self._sources.leave_out()
        self.end()
        self._close_enters()
        self._processes.tell_runtime(ChildDied("chamber", "replaced"))
        self.start()

    def close(self) -> None:
        """Give both pipes back."""
        self.airlock.close()
        self._close_enters()

    def _note_fault(self, dying: Dying) -> None:
        self._fault = dying.fault
        if dying.specialist:
            now_s = self._loop.time()
            if now_s - self._last_ended_s > FORGIVEN_S:
                self._ended_for.clear()
            self._last_ended_s = now_s
            self._fault += f": {dying.specialist}"
            self._ended_for[dying.specialist] += 1

    def _died(self, child: Child, death: Death) -> None:
        if self.child is not child:
            return
        self.may_work = self._waits_for_count = False
        self.airlock.died(death.written_bytes)
        self._close_enters()
        if death.code == 0 and self._sources.have_ended:
            self.airlock.end()
            return
        self._sources.end()
        self._sources.close()  # who is started meanwhile would be heard by nobody, for ever
        gave_up = self._left_out() and death.code == 1
        if gave_up and self._processes.seals["chamber"].pid != child.pid:
            self._processes.fail(death.reason)  # without those it cannot even be born
            return
        self._processes.start_again("chamber", death, self._fault or death.reason, self.start)
        self._fault = ""

    def _close_enters(self) -> None:
        if self._enters >= 0:
            os.close(self._enters)
            self._enters = -1
