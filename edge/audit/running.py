"""How does a running Offrecord stand? Looked at from outside, for a few seconds, without root.

What the launcher says of itself is only a list of where to look: process ids are compared with the
kernel's own list of its children, counters and descriptors are read from the kernel, the ledger
from the disk. Where nothing runs, the demo is started, and looked at instead.
"""

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from edge import config, control, ledger, mute, seal
from edge.audit import Check, weakest
from edge.ledger import days as ledger_days
from edge.messages import Inquire, Standing, StandingProcess

NEEDED: Final = frozenset({"chamber", "runtime"})
HOLDS_MEDIA: Final = control.HOLD_DEVICES | {"chamber"}
START_LIMIT_S: Final = 60.0
"""Within which the demo must stand; two seconds are usual, a small board needs ten."""
LOOK_EVERY_S: Final = 0.05
WATCHED_S: Final = 3.0
"""How long the counter rule is watched."""
SETTLES_S: Final = 1.0
"""A packet may be on its way into the ledger, but not for so long."""
KIB: Final = 1024


def checks(folder: Path, settings: config.Config) -> tuple[list[Check], str]:
    """Look at what runs on a data folder, or at the demo; return what was seen and the level."""
    with contextlib.ExitStack() as stack:
        standing = _settled(folder)
        subject = Check("looked at", "pass", f"the Offrecord that runs on {folder}")
        if standing is None:
            found = stack.enter_context(_demo())
            if isinstance(found, Check):
                return [found], "D"
            folder, standing = found
            subject = Check("looked at", "pass", "the demo, because nothing runs at the moment")
        looks = [_look_at(process) for process in standing.processes]
        seen = [
            subject,
            every_process_is_known(standing),
            *(check for look in looks for check in look.checks),
            _counter(folder, standing),
            _chain(folder),
            _budget(folder, settings),
            muted(standing, settings),
        ]
        return seen, weakest(look.level for look in looks)


def _settled(folder: Path) -> Standing | None:
    """Return how it stands once no process is just being born; None where nothing runs."""
    until_s = time.monotonic() + START_LIMIT_S
    while (standing := control.ask(folder, Inquire())) and time.monotonic() < until_s:
        if all(process.is_checked for process in standing.processes):
            break
        time.sleep(LOOK_EVERY_S)
    return standing


# --- a demo to look at ---------------------------------------------------------------------------


@contextlib.contextmanager
def _demo() -> Iterator[tuple[Path, Standing] | Check]:
    """Start the demo, and yield its folder and how it stands once it hears; or what went wrong."""
    with tempfile.TemporaryDirectory(prefix="offrecord-audit-") as name:
        folder = Path(name)
        with subprocess.Popen(  # noqa: S603 (our own program, no shell)
            [sys.executable, "-m", "edge.cli", "demo", "--json", "--data", name],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            process_group=0,
        ) as demo:
            try:
                standing = _hears(folder, demo)
                if standing:
                    yield folder, standing
                else:
                    demo.kill()
                    assert demo.stderr
                    words = demo.stderr.read().decode("utf-8", "replace").strip()
                    detail = words.splitlines()[-1] if words else "it did not start in time"
                    yield Check("the demo starts", "unchecked", detail)
            finally:
                demo.kill()


def _hears(folder: Path, demo: "subprocess.Popen[bytes]") -> Standing | None:
    """Wait until the demo's sources run, and its chamber has greeted."""
    until_s = time.monotonic() + START_LIMIT_S
    while time.monotonic() < until_s and demo.poll() is None:
        standing = _settled(folder)
        if standing and len(standing.processes) > len(NEEDED) and standing.written_bytes:
            return standing
        time.sleep(LOOK_EVERY_S)
    return None


# --- processes -----------------------------------------------------------------------------------


def every_process_is_known(standing: Standing) -> Check:
    """Compare the launcher's list with the kernel's: no process may be left out of it."""
    name = "every process is known"
    listed = {process.pid for process in standing.processes}
    missing = NEEDED - {process.process for process in standing.processes}
    if missing:
        return Check(name, "fail", f"no {' and no '.join(sorted(missing))} is running")
    try:
        born = set(_descendants(standing.pid))
    except OSError as refusal:
        return Check(name, "unchecked", f"the kernel does not list children: {refusal.strerror}")
    if strangers := born - listed:
        pids = ", ".join(map(str, sorted(strangers)))
        return Check(name, "fail", f"started by the launcher and in no list: process {pids}")
    names = ", ".join(process.process for process in standing.processes)
    return Check(name, "pass", f"launcher, {names}: the kernel knows of no other")


def _descendants(pid: int) -> Iterator[int]:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            yield int(child)
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                yield from _descendants(int(child))


@dataclass(frozen=True, slots=True)
class _Look:
    """One process."""

    checks: tuple[Check, ...]
    level: str


def _look_at(process: StandingProcess) -> _Look:
    row = seal.PROFILES[process.profile]
    found = seal.inspect(process.pid, process.profile, also_open=process.also_open)
    name = f"{process.process}: sealed"
    if found.problems:
        sealed = Check(name, "fail", "; ".join(found.problems))
    elif found.unchecked:
        sealed = Check(name, "unchecked", "; ".join(found.unchecked))
    else:
        held = "nothing open but what its profile names" if row.descriptors else "no media device"
        detail = f"{found.threads} threads under the filter, {held}, no core dump, no child"
        sealed = Check(name, "pass", detail)
    if process.profile not in HOLDS_MEDIA:
        return _Look((sealed,), found.level)
    swap = _swap(process.process, found.swap_kib)
    locked = (_locked(process.pid),) if process.profile == "chamber" else ()
    return _Look((sealed, swap, *locked), found.level)


def _swap(name: str, swap_kib: int) -> Check:
    if swap_kib:
        detail = f"{swap_kib} KiB of its memory are on the disk; run it with MemorySwapMax=0"
        return Check(f"{name}: nothing in swap", "fail", detail)
    if not Path("/proc/swaps").read_text().splitlines()[1:]:
        return Check(f"{name}: nothing in swap", "pass", "this machine has none")
    return Check(f"{name}: nothing in swap", "pass", "0 KiB of it now")


def _locked(pid: int) -> Check:
    """Say whether the sound that the chamber holds can get into swap at all."""
    from edge.audit import memory  # noqa: PLC0415 (numpy is loaded with it)
    from edge.chamber.tape import TAPE_BYTES  # noqa: PLC0415

    name = "chamber: its sound is locked"
    locked = memory.locked_bytes(pid)
    if locked is None:
        return Check(name, "unchecked", "the kernel does not tell")
    detail = f"{locked // KIB} KiB are kept out of swap"
    if locked < TAPE_BYTES:
        return Check(name, "unchecked", f"only {detail}: raise RLIMIT_MEMLOCK")
    return Check(name, "pass", detail)


# --- the counter rule ----------------------------------------------------------------------------


class _Row(msgspec.Struct):
    bytes: int
    origin: str
    run: str


class _Line(msgspec.Struct):
    row: _Row


class _Entered:
    """What a run has entered in the ledger so far; each look reads only what is new."""

    def __init__(self, path: Path, run: str) -> None:
        self._path, self._run, self._mark = path, run, f'"run":"{run}"'.encode()
        self._offset = self._bytes = 0

    def bytes(self) -> int:
        with self._path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._offset += len(line)
                if self._mark in line:
                    row = msgspec.json.decode(line, type=_Line).row
                    self._bytes += row.bytes * (row.run == self._run and row.origin == "chamber")
        return self._bytes


def _counter(folder: Path, standing: Standing) -> Check:
    """Watch for a while whether the kernel's count and the ledger's are the same number."""
    name = "counter rule: kernel = ledger"
    entered = _Entered(folder / ledger.FILE_NAME, standing.run)
    began_s = agreed_s = time.monotonic()
    samples = 0
    while time.monotonic() < began_s + WATCHED_S:
        try:
            now = _sample(folder)
        except OSError as refusal:
            return Check(name, "unchecked", f"the kernel does not tell: {refusal.strerror}")
        if now is None:
            break  # it has ended
        if not now.is_counter_known:
            died = "a chamber was killed; of the dead the kernel tells its count to root only"
            return Check(name, "unchecked", died)
        in_ledger = entered.bytes()
        if now.written_bytes == in_ledger + now.waiting_bytes:
            samples, agreed_s, standing = samples + 1, time.monotonic(), now
        elif time.monotonic() - agreed_s > SETTLES_S:
            missing = now.written_bytes - now.waiting_bytes - in_ledger
            return Check(name, "fail", f"{missing} bytes left the chamber and are in no ledger")
        time.sleep(LOOK_EVERY_S)
    if not samples:
        return Check(name, "unchecked", "it ended before it could be compared")
    detail = (
        f"at each of {samples} samples in {WATCHED_S:.0f} s; at the last, {standing.written_bytes}"
        f" bytes written = {standing.written_bytes - standing.waiting_bytes} in the ledger"
        f" + {standing.waiting_bytes} waiting"
    )
    return Check(name, "pass", detail)


def _sample(folder: Path) -> Standing | None:
    """Return how it stands, with the kernel's own count in place of the launcher's word for it."""
    standing = control.ask(folder, Inquire())
    chamber = next((p.pid for p in standing.processes if p.process == "chamber"), None) \
        if standing else None  # fmt: skip
    if standing is None or chamber is None:
        return None
    written_bytes = seal.written_bytes(chamber) + standing.before_bytes
    if written_bytes != standing.written_bytes:  # it wrote between the two looks
        return _sample(folder)
    return standing


# --- the ledger, the budget, the mute ------------------------------------------------------------


def _chain(folder: Path) -> Check:
    broken = ledger.verify(folder / ledger.FILE_NAME)
    if broken:
        return Check("ledger: the chain holds", "fail", f"row {broken.line}: {broken.reason}")
    rows = sum(1 for _ in ledger.rows(folder / ledger.FILE_NAME))
    return Check("ledger: the chain holds", "pass", f"{rows} rows, each follows from the last")


def _budget(folder: Path, settings: config.Config) -> Check:
    limit = settings.airlock.day_bytes
    today = ledger_days.day_of(time.time())
    spent = ledger_days.left_on(folder / ledger.FILE_NAME, today)
    detail = f"{spent / KIB:.1f} of {limit / KIB:.0f} KiB have left the chamber today"
    if spent > limit:
        detail += "; what is over it was speech that was no request, and thrown away"
    return Check("the day's budget", "pass", detail)


def muted(standing: Standing, settings: config.Config) -> Check:
    if not standing.mute.muted:
        planned = ", ".join(settings.mute.schedule)
        return Check("mute", "pass", f"not muted; schedule: {planned or 'none'}")
    sources = control.HOLD_DEVICES
    held = [p.process for p in standing.processes if p.profile in sources]
    if held:
        return Check("mute", "fail", f"muted, but {', '.join(held)} is still running")
    until = mute.until(standing.mute, time.time())
    return Check("mute", "pass", f"muted {until}: no process holds a device")
