"""Would the audit have caught a leak? Each detector is tried on a child that really leaks.

Every leak is one run of `edge/audit/leaky.py`, born as a chamber is, but for the wall in question:
the folder that it writes to is allowed by Landlock, and it does not load the filter. A detector
that does not catch its leak makes the audit worthless, and the audit then says so.
"""

import os
import secrets
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from edge import seal
from edge.airlock import encode
from edge.airlock_pipe import AirlockPipe
from edge.audit import Check, changes, leaky, memory, traces
from edge.audit.changes import Changed
from edge.audit.memory import Canary
from edge.audit.witness import Witness
from edge.launcher.births import PROGRAMS_READ
from edge.messages import Hello
from edge.seal.descriptors import open_kinds
from edge.seal.profiles import CONNECTION

SAMPLES: Final = 16_000
PEAK: Final = 1500
"""Quiet enough that packing the sound changes its bytes."""
SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 (it is what is tried)
ANSWERS_WITHIN_S: Final = 20.0
CLOCK_STEP_S: Final = 0.02
"""A file system's clock may go on in steps of 10 ms."""
BROKEN: Final = "not caught: this audit is broken, believe none of it"
PACKET_BYTES: Final = 4096
PREFIX: Final = "offrecord-control-"


class NoChild(RuntimeError):
    """A leaky child could not do what it is for; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One leaky child that has done its deed and still lives, and what is to be seen of it."""

    pid: int
    canary: Canary
    changed: tuple[Changed, ...]
    witness: Witness
    log: bytes
    received: bytes
    """What came in on the socket of the audit."""
    counter: str
    """What the counter rule says; empty where no airlock was used."""


Detector = Callable[[Trial], str]
"""Returns how it noticed the leak, or nothing; raises PermissionError where it may not look."""


@dataclass(frozen=True, slots=True)
class Control:
    """A leak, and the detectors that must each notice it."""

    title: str
    leak: str
    detectors: tuple[Detector, ...]
    in_shared_memory: bool = False


# --- the detectors, as the canary's run uses them ------------------------------------------------


def changed_files(trial: Trial) -> str:
    return f"{trial.changed[0].path.name} changed" if trial.changed else ""


def bytes_on_disk(trial: Trial) -> str:
    searcher = traces.Searcher(trial.canary)
    found = [trace for change in trial.changed for trace in searcher.in_file(change)]
    return f"the canary is in {found[0].path.name} ({found[0].how})" if found else ""


def removed_files(trial: Trial) -> str:
    deeds = trial.witness.deeds({trial.pid}, [])
    return f"{deeds[0].name} was made and removed" if deeds else ""


def core_files(trial: Trial) -> str:
    return "a core file lies there" if any(map(traces.is_core, trial.changed)) else ""


def connections(trial: Trial) -> str:
    if not trial.received:
        return ""
    return "a socket is open" if CONNECTION in open_kinds(trial.pid).values() else ""


def held_in_memory(trial: Trial) -> str:
    left = memory.share_left(trial.pid, trial.canary)
    if left.unchecked:
        raise PermissionError(left.unchecked)
    return f"{left.most:.1%} of the canary is in its memory" if left.most else ""


def words_in_the_log(trial: Trial) -> str:
    return "the log has the words" if traces.words_in(trial.log, leaky.WORDS) else ""


def counter(trial: Trial) -> str:
    if trial.counter == "unchecked":
        raise PermissionError("the kernel does not tell how much it wrote")
    return "it wrote more than the ledger holds" if trial.counter == "differs" else ""


CONTROLS: Final = (
    Control("a WAV on disk", "wav", (changed_files, bytes_on_disk)),
    Control("a packed file on disk", "gzip", (changed_files, bytes_on_disk)),
    Control("an extended attribute", "attribute", (changed_files, bytes_on_disk)),
    Control(
        "a file in shared memory", "shm", (changed_files, bytes_on_disk), in_shared_memory=True
    ),
    Control("a timestamp", "timestamp", (changed_files,)),
    Control("a file that is removed again", "removed", (removed_files,)),
    Control("a core file", "core", (core_files, bytes_on_disk)),
    Control("a socket", "socket", (connections,)),
    Control("62 ms kept in a variable", "buffer", (held_in_memory,)),
    Control("words in a log line", "words", (words_in_the_log,)),
    Control("one byte more than the ledger", "byte", (counter,)),
)
CLEAN: Final = Control(
    "a child that leaks nothing",
    "nothing",
    (changed_files, bytes_on_disk, held_in_memory, words_in_the_log),
)


def checks() -> list[Check]:
    """Try every detector; takes a few seconds."""
    with Witness(changes.places()) as watching:
        ours = [control for control in CONTROLS if _is_for_us(control, watching)]
    return [*map(tried, ours), falsely_accused(CLEAN)]


def _is_for_us(control: Control, watching: Witness) -> bool:
    """Leave out what this machine does not have, or what is not claimed for an ordinary user."""
    if control.in_shared_memory:
        return SHARED_MEMORY.is_dir()
    return watching.is_watching or removed_files not in control.detectors


def tried(control: Control) -> Check:
    """Let a child leak, and ask each detector whether it noticed."""
    title = f"control: {control.title}"
    try:
        noticed = _noticed(control)
    except (PermissionError, NoChild) as refusal:
        return Check(title, "unchecked", str(refusal))
    if missed := [name for name, how in noticed.items() if not how]:
        return Check(title, "fail", f"{', '.join(missed)}: {BROKEN}")
    return Check(title, "pass", f"caught: {' and '.join(noticed.values())}")


def falsely_accused(control: Control) -> Check:
    """Let a child do nothing wrong: a detector that always cries proves nothing."""
    title = f"control: {control.title}"
    try:
        noticed = _noticed(control)
    except (PermissionError, NoChild) as refusal:
        return Check(title, "unchecked", str(refusal))
    if cries := [how for how in noticed.values() if how]:
        return Check(title, "fail", f"accused all the same: {cries[0]}; this audit is broken")
    return Check(title, "pass", "no detector said anything")


def _noticed(control: Control) -> dict[str, str]:
    """Return what each detector says; raise PermissionError or NoChild where none can."""
    with _trial(control) as trial:
        return {
            detector.__name__.replace("_", " "): detector(trial) for detector in control.detectors
        }


# --- one child -----------------------------------------------------------------------------------


@contextmanager
def _trial(control: Control) -> Iterator[Trial]:
    """Start a child, give it a canary, and yield once it has leaked; raise NoChild if it cannot."""
    noise = np.frombuffer(secrets.token_bytes(2 * SAMPLES), "<i2") % (2 * PEAK) - PEAK
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix=PREFIX)))
        within = SHARED_MEMORY if control.in_shared_memory else scratch
        folder = Path(stack.enter_context(TemporaryDirectory(prefix=PREFIX, dir=within)))
        (folder / leaky.OLD_FILE).touch()
        time.sleep(CLOCK_STEP_S)
        start_ns = changes.moment_ns(scratch)
        listener = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(ANSWERS_WITHIN_S)
        with Witness(changes.places()) as watching:
            child = stack.enter_context(_child(control.leak, folder, listener.getsockname()[1]))
            child.take(noise.tobytes())
            child.leak()
            received = listener.recv(PACKET_BYTES) if control.leak == "socket" else b""
        yield Trial(
            pid=child.process.pid,
            canary=Canary(noise),
            changed=changes.since(start_ns, _looked_at(folder)).changed,
            witness=watching,
            log=child.log(),
            received=received,
            counter=child.counter,
        )


def _looked_at(folder: Path) -> list[Path]:
    """Return the folder, if the walk over this machine comes to it."""
    return [folder] if changes.is_looked_at(folder) else []


class _Leaky:
    """A running child; its output is an airlock, as a chamber's is."""

    def __init__(self, process: "subprocess.Popen[bytes]", airlock: AirlockPipe) -> None:
        self.process = process
        self.counter = ""
        self._airlock = airlock

    def take(self, sound: bytes) -> None:
        assert self.process.stdin
        with suppress(BrokenPipeError):  # its answer will be missed
            self.process.stdin.write(sound)
            self.process.stdin.flush()

    def leak(self) -> None:
        """Wait until it has; raise NoChild."""
        hello = self._packet()
        if hello == leaky.CANNOT:
            raise NoChild("the file system here has nothing to leak so")
        if hello == encode(Hello(())):
            self._airlock.greeted(self.process.pid, Hello(()))
            self.take(b"G")
            ledger_bytes = len(hello) + len(self._packet())
            self.counter = self._airlock.compare(ledger_bytes)

    def log(self) -> bytes:
        """Return what it has written to stderr so far."""
        assert self.process.stderr
        os.set_blocking(self.process.stderr.fileno(), False)
        return self.process.stderr.read() or b""

    def _packet(self) -> bytes:
        ready, _, _ = select.select([self._airlock.read_end], [], [], ANSWERS_WITHIN_S)
        packet = os.read(self._airlock.read_end, PACKET_BYTES) if ready else b""
        if not packet:
            last_words = self.log().decode("utf-8", "replace").strip().splitlines()[-1:]
            raise NoChild(f"the leaky child did not start: {''.join(last_words)}")
        return packet


@contextmanager
def _child(leak: str, folder: Path, port: int) -> Iterator[_Leaky]:
    """Start a leaky child as the launcher starts a chamber, but for the wall in question."""
    airlock = AirlockPipe()
    argv = [sys.executable, "-m", leaky.__name__, leak, str(folder), str(2 * SAMPLES)]
    process = subprocess.Popen(  # noqa: S603 (our own program, no shell)
        seal.stage0("chamber", argv, readable=PROGRAMS_READ, writable=[folder]),
        stdin=subprocess.PIPE,
        stdout=airlock.write_end,
        stderr=subprocess.PIPE,
        env={**os.environ, **seal.environment(), leaky.PORT_VARIABLE: str(port)},
        process_group=0,
    )
    airlock.end()  # so that a child that dies is noticed
    try:
        yield _Leaky(process, airlock)
    finally:
        process.kill()
        process.communicate()
        airlock.close()
