"""Which processes there are, how they are born, checked, told to go, and started again.

The launcher is the only process that starts others. It holds the write ends of the chamber's
source slots (it never reads media), checks every sealed child from outside before it says GO, and
shuts down by closing pipes. One `Launcher` is one run.
"""

import array
import asyncio
import fcntl
import logging
import os
import secrets
import signal
import socket
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, Self

import msgspec

import models.manifest
from edge import airlock, config, seal
from edge.capture import sources
from edge.capture.sources import Source
from edge.child import Birth, Child, Death
from edge.clock import to_ms
from edge.messages import (
    ChildDied,
    Control,
    CounterGap,
    Dying,
    Ended,
    Go,
    Hello,
    SealState,
    Shown,
    SourceState,
    Summary,
    Transcript,
    Watch,
)

logger = logging.getLogger(__name__)

SLOTS: Final = 4
ANY_NUMBER: Final = -9
"""As a key of `seal.inspect`'s descriptors: whichever number it has."""
AIRLOCK_PIPE_BYTES: Final = 1 << 20
"""In packet mode a packet takes a page: room for 256 messages while a runtime is being replaced."""
BACK_OFF_S: Final = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
MOST_DEATHS_IN_A_ROW: Final = 10
SETTLED_S: Final = 30.0
"""A child that lived this long starts again without back-off."""
BAD_SOURCE_EXIT: Final = 4
CHAMBER_GONE_EXIT: Final = 5
"""Exit statuses of `edge.capture`."""
PROJECT: Final = Path(__file__).resolve().parent.parent

PROGRAMS: Final[Mapping[str, str]] = {
    "capture": "edge.capture",
    "chamber": "edge.chamber",
    "runtime": "edge.runtime",
}
"""The table of processes: each is sealed with the profile of its own name (`edge/seal.py`)."""


@dataclass(frozen=True, slots=True)
class Run:
    """What to run."""

    config: config.Config
    sources: Sequence[Source]
    data: Path
    """Folder of the notes and the ledger."""
    fast: bool = False
    levels: bool = False
    """Whether a screen watches the loudness."""
    picture_s: float = 2.0

    def watched(self) -> Self:
        """Return the same run with somebody looking at its levels."""
        return replace(self, levels=True)


class StartFailed(RuntimeError):
    """The run cannot go on; the message is one sentence for a person."""


class Sensing:
    """A source, the slot it writes to, and how far its stream has got."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.name = f"capture.{source.kind}"
        self.slot: socket.socket | None = None
        self.epoch = 0
        self.state: SourceState | None = None
        self.child: Child | None = None
        self.ended = False
        self.waits_for_go = False
        self.released = False

    def close_slot(self) -> None:
        if self.slot:
            self.slot.close()
            self.slot = None


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
        self._chamber_go = False
        self._chamber_fault = ""
        self._enters = -1
        self._counted = 0
        """Bytes written to the airlock by chambers that have ended."""
        self._is_counted = True
        """False once a chamber's count could not be read."""
        self._baseline: int | None = None
        """What the running chamber had written elsewhere before its first message."""
        self._understood_ms = 0
        self._shown = msgspec.json.Decoder(Shown)

    # --- the life of a run ---------------------------------------------------------------------

    async def launch(self) -> Summary | None:
        """Run to the end of the sources (or to SIGINT) and return the summary.

        Raises StartFailed with one sentence when it cannot.
        """
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[None] = self._loop.create_future()
        self._airlock_read, self._airlock_write = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        fcntl.fcntl(self._airlock_write, fcntl.F_SETPIPE_SZ, AIRLOCK_PIPE_BYTES)
        for signum in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(signum, self.stop)
        try:
            self._start_runtime()
            self._start_chamber()
            await self._done
        finally:
            self._end_everything()
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
        for descriptor in (self._airlock_read, self._airlock_write, self._enters):
            if descriptor >= 0:
                os.close(descriptor)

    # --- births --------------------------------------------------------------------------------

    def _argv(self, process: str, **options: str | float | bool) -> list[str]:
        """Return a child's command line; a true option is a bare flag, a false one is left out."""
        argv = [sys.executable, "-m", self._programs[process]]
        for name, value in (*options.items(), ("settings", config.to_argument(self.run.config))):
            if value is not False:
                argv += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
        return argv

    def _readable(self, *more: Path) -> list[Path]:
        return [PROJECT, Path(sys.prefix), Path(sys.base_prefix), *more]

    def _start_runtime(self) -> None:
        self.run.data.mkdir(parents=True, exist_ok=True)
        child = Child(
            Birth(
                name="runtime",
                profile="runtime",
                argv=self._argv(
                    "runtime",
                    airlock_fd=self._airlock_read,
                    data=str(self.run.data),
                    run=self.run_id,
                    fast=self.run.fast,
                ),
                pass_fds=(self._airlock_read,),
                readable=self._readable(),
                writable=(self.run.data,),
            )
        )
        self.children["runtime"] = child
        child.on_line(self._hear_runtime)
        child.on_death(self._runtime_died)
        for seal_state in self._seals.values():
            self._tell_runtime(seal_state)
        for sensing in self.sensing:
            if sensing.state:
                self._tell_runtime(sensing.state)

    def _start_chamber(self) -> None:
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(SLOTS)]
        for (theirs, ours), sensing in zip(pairs, self.sensing, strict=False):
            theirs.shutdown(socket.SHUT_WR)
            ours.shutdown(socket.SHUT_RD)
            sensing.close_slot()
            sensing.slot = ours
        spare = pairs[len(self.sensing) :]  # held until a wearable is handed one
        for _, ours in spare:
            ours.close()
        senses = {sensing.source.kind for sensing in self.sensing}
        enters_read, self._enters = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        slots = [theirs.fileno() for theirs, _ in pairs]
        child = Child(
            Birth(
                name="chamber",
                profile="chamber",
                argv=self._argv(
                    "chamber",
                    slot_fds=",".join(map(str, slots)),
                    senses=",".join(sorted(senses)),
                    lockstep=len(self.sensing) if self.run.fast else False,
                ),
                pass_fds=slots,
                readable=self._readable(models.manifest.folder()),
            ),
            stdin=enters_read,
            stdout=self._airlock_write,
        )
        os.close(enters_read)
        for theirs, _ in pairs:
            theirs.close()
        self._chamber_go, self._baseline = False, None
        self.children["chamber"] = child
        child.on_death(self._chamber_died)
        for sensing in self.sensing:
            if sensing.ended:
                sensing.close_slot()
            else:
                self._start_capture(sensing)

    def _start_capture(self, sensing: Sensing) -> None:
        assert sensing.slot
        skip_ms = self._resume_ms(sensing)
        source, run, needs = sensing.source, self.run, sources.needs(sensing.source)
        child = Child(
            Birth(
                name=sensing.name,
                profile="capture",
                argv=self._argv(
                    "capture",
                    kind=source.kind,
                    source=source.spec,
                    slot_fd=sensing.slot.fileno(),
                    epoch=sensing.epoch,
                    skip_ms=skip_ms,
                    picture_s=run.picture_s,
                    fast=run.fast,
                ),
                pass_fds=(sensing.slot.fileno(),),
                readable=self._readable(*needs.readable),
                devices=needs.devices,
                ports=needs.ports,
            )
        )
        sensing.epoch += 1
        sensing.child, sensing.waits_for_go = child, False
        self.children[sensing.name] = child
        child.on_line(lambda line: self._hear_source(sensing, child, line))
        child.on_death(lambda death: self._capture_died(sensing, child, death))

    def _resume_ms(self, sensing: Sensing) -> int:
        """Return where a source's clock goes on.

        A file: behind the last thing that was understood. A device: where time has got to.
        """
        state = sensing.state
        if not state:
            return 0
        if sensing.source.live:
            return to_ms(state.samples) + round(1000 * (time.monotonic() - state.monotonic_s))
        return min(self._understood_ms, to_ms(state.samples))

    # --- what the children say -----------------------------------------------------------------

    def _hear_runtime(self, line: bytes) -> None:
        message = self._shown.decode(line)
        if isinstance(message, Hello):
            self._greet_chamber(message)
        elif isinstance(message, ChildDied):
            if message.process == "chamber":  # it broke the airlock's rules
                self.children["chamber"].kill()
        elif isinstance(message, Ended):
            self._let_chamber_go()
        elif isinstance(message, Dying):
            self._chamber_fault = message.fault
        elif isinstance(message, Transcript):
            self._understood_ms = max(self._understood_ms, message.end_ms)
        elif isinstance(message, Summary):
            message = msgspec.structs.replace(message, counter=self._compare(message))
            self.summary = message
        self.show(message)

    def _let_chamber_go(self) -> None:
        """Count what it wrote while the kernel still tells everybody, then close its pipe."""
        self._counted, self._baseline = self._written(), None
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

    # --- the check from outside, and GO --------------------------------------------------------

    def _check(self, child: Child, profile: str, source: Source | None = None) -> bool:
        """Look at a child from outside; end the run unless it is sealed as its profile says."""
        allowed = dict(seal.PROFILES[profile].descriptors or {})
        if source and source.form is sources.Form.CAMERA_STREAM:
            allowed[ANY_NUMBER] = "connection"  # opened before the seal, only read since
        inspection = seal.inspect(child.pid, profile, allowed_fds=allowed or None)
        if inspection.problems:
            self._fail(f"{child.name} is not sealed: {inspection.problems[0]}")
            return False
        state = SealState(child.name, child.pid, inspection.level, inspection.threads)
        self._seals[child.name] = state
        self._tell_runtime(state)
        self.show(state)
        return True

    def _greet_chamber(self, hello: Hello) -> None:
        child, runtime = self.children["chamber"], self.children["runtime"]
        checked = self._check(runtime, "runtime")
        if not (checked and self._check(child, "chamber")):
            return
        self._baseline = seal.written_bytes(child.pid) - len(airlock.encode(hello))
        os.write(self._enters, airlock.encode(Go()))
        if self.run.levels:
            os.write(self._enters, airlock.encode(Watch(levels=True)))
        self._chamber_go = True
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

    def _chamber_died(self, death: Death) -> None:
        if self._baseline is not None:
            if death.written_bytes is None:  # the kernel tells only root of a dead process
                self._is_counted = False
            else:
                self._counted += death.written_bytes - self._baseline
            self._baseline = None
        self._close_enters()
        if death.code == 0 and self._all_slots_closed():
            os.close(self._airlock_write)  # the runtime reads what is left, then the end
            self._airlock_write = -1
            return
        for sensing in self.sensing:
            if sensing.child:
                replaced, sensing.child = sensing.child, None
                replaced.kill()
        self._start_again(
            "chamber", death, self._chamber_fault or death.reason, self._start_chamber
        )
        self._chamber_fault = ""

    def _all_slots_closed(self) -> bool:
        return all(sensing.slot is None for sensing in self.sensing)

    def _runtime_died(self, death: Death) -> None:
        if death.code == 0 and self._airlock_write < 0:
            self._finish()
            return
        read = CounterGap(self._read_by_runtime())

        def again() -> None:
            self._start_runtime()
            self._tell_runtime(read)

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
        self._loop.call_later(delay_s, lambda: None if self._done.done() else again())

    # --- the counter rule ----------------------------------------------------------------------

    def _compare(self, summary: Summary) -> Literal["equal", "differs", "unchecked"]:
        if not self._is_counted:
            return "unchecked"
        return "equal" if self._read_by_runtime() == summary.airlock_bytes else "differs"

    def _written(self) -> int:
        """Return what all chambers of this run wrote to the airlock, by the kernel's count."""
        if self._baseline is None:
            return self._counted
        return self._counted + seal.written_bytes(self.children["chamber"].pid) - self._baseline

    def _read_by_runtime(self) -> int:
        """Return how many of those bytes are no longer in the pipe."""
        while True:
            before = self._written()
            waiting = array.array("i", [0])
            fcntl.ioctl(self._airlock_read, termios.FIONREAD, waiting)
            if self._written() == before:
                return before - waiting[0]
