"""What does an agent get to see, and what may it do? The notes as they are, and what was granted.

Nothing is told before it is entered in the ledger. What has an effect needs the wearer's standing
word, by `offrecord grants allow`: an agent has no voice in which it could ask for one.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from edge import control, ledger
from edge.agents import reads
from edge.evidence import Note, Now, Question
from edge.messages import AgentWants, Inquire, Look, Mute
from edge.notes import opening, wishes
from edge.notes.exchange import fields
from edge.search.finder import Finder
from edge.tools.grants import GrantsFile

RECENT: Final = 50
MOST: Final = 50
"""Notes or rows at once."""
MOST_LOOKED_AT: Final = 200
MOST_MINUTES: Final = 7 * 24 * 60
MOST_NAME: Final = 40
MOST_TEXT: Final = 300
NOBODY: Final = "unnamed"


class NotAllowed(RuntimeError):
    """The wearer has not allowed it, or it cannot be done now; one sentence."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One folder of notes, by whoever may read it."""

    folder: Path
    secret: Callable[[], bytes]

    # --- reading -------------------------------------------------------------------------------

    def now(self, agent: str) -> str:
        """Return how things stand: what runs, hears and sees, without any content."""
        standing = control.ask(self.folder, Inquire())
        state = {"now": datetime.now().astimezone().isoformat("T", "seconds"), "runs": False}
        if standing:
            state |= {
                "runs": True,
                "muted": standing.mute.muted,
                "sees": standing.sees,
                "levels": {each.process: each.level for each in standing.processes},
            }
        return self._told(agent, "now", state)

    def recent(self, agent: str, limit: int = RECENT) -> str:
        """Return the latest notes, the newest first."""
        with opening.for_reading(self.folder, self.secret()) as reading:
            found = reading.recent(_at_most(limit))
        return self._told(agent, "notes", _plain(found))

    def search(self, agent: str, words: str, limit: int) -> str:
        """Return the notes that words or a time are about, the best first."""
        question = Question(words[:800], Now("", 0, time.time()))
        with opening.for_reading(self.folder, self.secret()) as reading:
            best = Finder(reading).find(question, None, MOST_LOOKED_AT)
        holding = [each for each in best if each.own > 0] or [e for e in best if e.score > 0]
        return self._told(agent, "notes", _plain(each.note for each in holding[: _at_most(limit)]))

    def left(self, agent: str) -> str:
        """Return the ledger's latest rows, the newest first: facts, no words."""
        rows = islice(ledger.newest_first(self.folder / ledger.FILE_NAME), MOST)
        return self._told(agent, "ledger", [msgspec.to_builtins(row) for row, _ in rows])

    def _told(self, agent: str, what: str, content: object) -> str:
        """Return what an agent is told, which is entered by then."""
        text = json.dumps(content, ensure_ascii=False)
        reads.enter(self.folder, named(agent), f"Agent {what}", len(text.encode()))
        return text

    # --- doing ---------------------------------------------------------------------------------

    def look(self) -> str:
        """Have a fresh picture looked at."""
        self._granted("look")
        if control.ask(self.folder, Look()) is None:
            raise NotAllowed(f"nothing runs on {self.folder} that could look")
        return "A fresh picture is looked at; recent_context tells what was seen."

    def pause(self, minutes: int) -> str:
        """Have hearing and seeing stopped for some minutes."""
        self._granted("pause_sensing")
        if not 1 <= minutes <= MOST_MINUTES:
            raise NotAllowed(f"minutes are 1 to {MOST_MINUTES}")
        standing = control.ask(self.folder, Mute(minutes))
        if standing is None:
            raise NotAllowed(f"nothing runs on {self.folder} that hears or sees")
        return control.outcome(self.folder, standing.mute, standing, time.time())

    def remember(self, agent: str, text: str) -> str:
        """Have something remembered, if the wearer grants it; as words of the agent."""
        if not 0 < len(text.strip()) <= MOST_TEXT:
            raise NotAllowed(f"a text to remember has 1 to {MOST_TEXT} characters")
        return self._wanted(agent, "remember", text.strip())

    def forget(self, agent: str, what: str, which: str) -> str:
        """Have notes forgotten for good, if the wearer confirms it."""
        words = f"{what} {which}".strip()
        try:
            wishes.read(words.split(), datetime.now().astimezone())
        except wishes.BadWish as refusal:
            raise NotAllowed(str(refusal)) from None
        if len(words) > MOST_TEXT:
            raise NotAllowed(f"what to forget is named in at most {MOST_TEXT} characters")
        return self._wanted(agent, "forget", words)

    def _wanted(self, agent: str, does: Literal["remember", "forget"], text: str) -> str:
        wanted = AgentWants(named(agent), does, text, secrets.token_hex(8))
        return reads.became(self.folder, wanted)

    def _granted(self, tool: str) -> None:
        name = f"agent.{tool}"
        if GrantsFile(self.folder).read().get(name) != "always":
            raise NotAllowed(
                f"the wearer has not allowed this; `offrecord grants allow {name}` does"
            )


def named(agent: str) -> str:
    """Return an agent's name as the ledger has it: short, of plain letters."""
    plain = "".join(each if " " <= each <= "~" else "?" for each in agent)
    return plain.strip()[:MOST_NAME] or NOBODY


def _at_most(limit: int) -> int:
    return max(1, min(limit, MOST))


def _plain(notes: Iterable[Note]) -> list[dict[str, Any]]:
    return [fields(note) for note in notes]
