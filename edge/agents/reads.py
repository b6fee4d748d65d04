"""How is it entered in the ledger what an agent reads, before it is told?

The ledger has one writer. Where an Offrecord runs, its runtime is asked and its row waited for;
where none does, the folder is held and the row is written here. No words: they stand in the notes.
"""

import secrets
import time
from itertools import islice
from pathlib import Path
from typing import Final

from edge import control, ledger
from edge.agents import leaving, outcome_in
from edge.ledger import Content, Leaving, Ledger, Occasion
from edge.messages import AgentReads, AgentWants
from edge.tools.grants import ANSWERED_WITHIN_S

ENTERED_WITHIN_S: Final = 10.0
BETWEEN_LOOKS_S: Final = 0.02
BETWEEN_ANSWERS_S: Final = 0.2
"""A person answers."""
MOST_ROWS_BACK: Final = 500
"""So many rows may have come after ours."""


class NotEntered(RuntimeError):
    """What an agent asked for is not told, since it could not be entered; one sentence."""


class _NoWords:
    """Of an agent's reading only the fact is kept."""

    def text(self, _number: int) -> Content | None:
        return None

    def keep_text(self, number: int, when_s: float, content: Content) -> None:
        pass


def enter(folder: Path, agent: str, what: str, size_bytes: int) -> None:
    """Have it entered that an agent is told something. Raises NotEntered, control.NoAnswer."""
    read = AgentReads(agent, what, size_bytes, secrets.token_hex(8))
    row = leaving(read)
    path = folder / ledger.FILE_NAME
    until_s = time.monotonic() + ENTERED_WITHIN_S
    is_asked = False
    while time.monotonic() < until_s:
        if not is_asked:
            is_asked = control.ask(folder, read) is not None
        elif _is_entered(path, row):
            return
        if not is_asked and _entered_here(folder, row):
            return
        time.sleep(BETWEEN_LOOKS_S)
    raise NotEntered(f"it could not be entered in the ledger {path}, so it is not told")


def became(folder: Path, wanted: AgentWants) -> str:
    """Have the wearer asked what an agent wants, and return what became of it.

    Raises NotEntered, control.NoAnswer.
    """
    if control.ask(folder, wanted) is None:
        raise NotEntered(f"nothing runs on {folder} that could ask the wearer")
    until_s = time.monotonic() + ANSWERED_WITHIN_S + ENTERED_WITHIN_S
    while time.monotonic() < until_s:
        newest = islice(ledger.newest_first(folder / ledger.FILE_NAME), MOST_ROWS_BACK)
        for row, _ in newest:
            if outcome := outcome_in(row.why, wanted):
                return outcome
        time.sleep(BETWEEN_ANSWERS_S)
    raise NotEntered("nobody answered")


def _is_entered(path: Path, row: Leaving) -> bool:
    newest = islice(ledger.newest_first(path), MOST_ROWS_BACK)
    return any(found.why == row.why for found, _ in newest)


def _entered_here(folder: Path, row: Leaving) -> bool:
    """Enter it where nothing runs on the folder, and say whether that was so."""
    try:
        with control.held(folder) as is_ours:
            if is_ours:
                with Ledger(folder / ledger.FILE_NAME, _NoWords()) as book:
                    book.append(row, Occasion("agent", time.time(), "live"))
            return is_ours
    except OSError as error:
        raise NotEntered(f"cannot write in {folder}: {error.strerror or error}") from None
