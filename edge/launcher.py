"""Which processes there are, how they are born, checked, told to go, and started again.

The launcher is the only process that starts others. It holds the write ends of the chamber's
source slots (it never reads media), checks every sealed child from outside before it says GO, and
shuts down by closing pipes. One `Launcher` is one run.
"""

import asyncio
import fcntl
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

import msgspec

import models.manifest
from edge import airlock, config, seal
from edge.airlock_pipe import AirlockPipe
from edge.capture import sources
from edge.capture.sources import Source
from edge.child import Birth, Child, Death
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
from edge.sensing import Sensing

logger = logging.getLogger(__name__)

SLOTS: Final = 4
ANY_NUMBER: Final = -9
"""As a key of `seal.inspect`'s descriptors: whichever number it has."""
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
        self._airlock = AirlockPipe()
        for signum in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(signum, self.stop)
        try:
            self._start_runtime()
            self._start_chamber()
            await self._done
        finally:
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
        self._close_enters()

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

    def _secrets(self) -> tuple[str, ...]:
        """Return the variables that only `runtime` gets."""
        return (self.run.config.reasoner.api_key_env,)

    def _start_runtime(self) -> None:
        child = Child(
            Birth(
                name="runtime",
                profile="runtime",
                argv=self._argv(
                    "runtime",
                    airlock_fd=self._airlock.read_end,
                    data=str(self.run.data),
                    run=self.run_id,
                    fast=self.run.fast,
                ),
                pass_fds=(self._airlock.read_end,),
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
            sensing.take_slot(ours)
        for _, unused in pairs[len(self.sensing) :]:  # nothing is handed one during a run yet
            unused.close()
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
                withheld=self._secrets(),
            ),
            stdin=enters_read,
            stdout=self._airlock.write_end,
        )
        os.close(enters_read)
        for theirs, _ in pairs:
            theirs.close()
        self._chamber_go = False
        self.children["chamber"] = child
        child.on_death(self._chamber_died)
        for sensing in self.sensing:
            if sensing.ended:
                sensing.close_slot()
            else:
                self._start_capture(sensing)

    def _start_capture(self, sensing: Sensing) -> None:
        assert sensing.slot
        skip_ms = sensing.resume_ms(self._understood_ms)
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
                withheld=self._secrets(),
            )
        )
        sensing.epoch += 1
        sensing.child, sensing.waits_for_go = child, False
        self.children[sensing.name] = child
        child.on_line(lambda line: self._hear_source(sensing, child, line))
        child.on_death(lambda death: self._capture_died(sensing, child, death))

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
            message = msgspec.structs.replace(
                message, counter=self._airlock.compare(message.airlock_bytes)
            )
            self.summary = message
        self.show(message)

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
        self._airlock.greeted(child.pid, hello)
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
        self._airlock.died(death.written_bytes)
        self._close_enters()
        if death.code == 0 and self._all_slots_closed():
            self._airlock.end()
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
        if death.code == 0 and self._airlock.is_closed:
            self._finish()
            return
        read = CounterGap(self._airlock.read_bytes())

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
        self._loop.call_later(delay_s, lambda: None if self._done.done() else again())
