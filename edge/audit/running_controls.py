"""Would a look at what runs have noticed? Each check is tried on something that is wrong."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from edge import ledger, seal
from edge.audit import Check, controls, running
from edge.audit.controls import BROKEN, Control, Trial
from edge.config import Config
from edge.messages import MuteState, Standing, StandingProcess

OCCASION: Final = ledger.Occasion("control", 0.0, "file")
ROWS: Final = 3


def checks() -> list[Check]:
    """Try every detector; takes about a second."""
    return [
        *map(controls.tried, (UNSEALED, UNLISTED, ONE_BYTE_MORE)),
        *_of_the_ledger(),
        _of_the_mute(),
    ]


# --- processes -----------------------------------------------------------------------------------


def seal_check(trial: Trial) -> str:
    """Look at a child that lacks its filter."""
    problems = seal.inspect(trial.pid, "chamber").problems
    return problems[0] if problems else ""


def list_of_processes(trial: Trial) -> str:
    """Compare an incomplete list with the kernel's: the child is this process's own."""
    needed = tuple(StandingProcess(name, name, 1, "A") for name in sorted(running.NEEDED))
    found = running.every_process_is_known(_standing(os.getpid(), needed))
    named = str(trial.pid) in found.detail
    return "it is in no list" if found.result == "fail" and named else ""


UNSEALED: Final = Control("a process without its seal", "timestamp", (seal_check,))
ONE_BYTE_MORE: Final = next(each for each in controls.CONTROLS if each.leak == "byte")
UNLISTED: Final = Control("a process in no list", "nothing", (list_of_processes,))


def _standing(pid: int, processes: tuple[StandingProcess, ...], *, muted: bool = False) -> Standing:
    return Standing(
        run="control",
        pid=pid,
        processes=processes,
        mute=MuteState(muted=muted),
        written_bytes=0,
        waiting_bytes=0,
        before_bytes=0,
        is_counter_known=True,
    )


# --- the ledger and the mute ---------------------------------------------------------------------


def _of_the_ledger() -> Iterator[Check]:
    """Falsify a ledger in each of the ways in which one can be."""
    with tempfile.TemporaryDirectory(prefix="offrecord-control-") as folder:
        path = Path(folder) / ledger.FILE_NAME
        with ledger.Ledger(path) as book:
            for number in range(ROWS):
                leaving = ledger.Leaving("Transcript", 20, "observation", f"sentence {number}")
                book.append(leaving, OCCASION)
        whole = path.read_bytes()
        for title, falsify in FALSIFICATIONS.items():
            path.write_bytes(falsify(whole))
            broken = ledger.verify(path)
            if broken:
                yield Check(f"control: {title}", "pass", f"caught: {broken.reason}")
            else:
                yield Check(f"control: {title}", "fail", f"the chain: {BROKEN}")


FALSIFICATIONS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "a word changed in the ledger": lambda whole: whole.replace(b"sentence 1", b"sentence 7"),
    "fewer bytes in the ledger": lambda whole: whole.replace(b'"bytes":20', b'"bytes":10', 1),
    "a row taken out of the ledger": lambda whole: b"".join(whole.splitlines(keepends=True)[1:]),
}


def _of_the_mute() -> Check:
    held = StandingProcess("capture.audio", "capture", 1, "A")
    found = running.muted(_standing(1, (held,), muted=True), Config())
    title = "control: a microphone held while muted"
    if found.result == "fail":
        return Check(title, "pass", f"caught: {found.detail}")
    return Check(title, "fail", f"the mute: {BROKEN}")
