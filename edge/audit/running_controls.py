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
        path, texts = Path(folder) / ledger.FILE_NAME, Texts()
        with ledger.Ledger(path, texts) as book:
            for number in range(ROWS):
                leaving = ledger.Leaving("Transcript", 20, "observation", f"sentence {number}")
                book.append(leaving, OCCASION)
        whole, said = path.read_bytes(), dict(texts.kept)
        for title, falsify in FALSIFICATIONS.items():
            path.write_bytes(whole)
            texts.kept = dict(said)
            falsify(path, texts.kept)
            broken = ledger.verify(path, texts)
            if broken:
                yield Check(f"control: {title}", "pass", f"caught: {broken.reason}")
            else:
                yield Check(f"control: {title}", "fail", f"the chain: {BROKEN}")


class Texts:
    """The words of a ledger's rows, unencrypted."""

    def __init__(self) -> None:
        self.kept: dict[int, ledger.Content] = {}

    def keep_text(self, number: int, when_s: float, content: ledger.Content) -> None:
        """Keep what a row says."""
        del when_s
        self.kept[number] = content

    def text(self, number: int) -> ledger.Content | None:
        """Return it."""
        return self.kept.get(number)


def _change_a_word(_path: Path, kept: dict[int, ledger.Content]) -> None:
    kept[1] = ledger.Content(kept[1].salt, "sentence 7")


def _take_bytes_away(path: Path, _kept: dict[int, ledger.Content]) -> None:
    path.write_bytes(path.read_bytes().replace(b'"bytes":20', b'"bytes":10', 1))


def _take_a_row_out(path: Path, _kept: dict[int, ledger.Content]) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))


FALSIFICATIONS: Final[dict[str, Callable[[Path, dict[int, ledger.Content]], None]]] = {
    "a word changed in the ledger": _change_a_word,
    "fewer bytes in the ledger": _take_bytes_away,
    "a row taken out of the ledger": _take_a_row_out,
}


def _of_the_mute() -> Check:
    held = StandingProcess("capture.audio", "capture", 1, "A")
    found = running.muted(_standing(1, (held,), muted=True), Config())
    title = "control: a microphone held while muted"
    if found.result == "fail":
        return Check(title, "pass", f"caught: {found.detail}")
    return Check(title, "fail", f"the mute: {BROKEN}")
