"""What does an agent want changed in the notes, and does the wearer grant it? Asked live.

The wearer answers, by phone, terminal or voice; never the agent's own user, who may be another.
What an agent has remembered stands as the words of that agent, beside what others said: never as a
wish of the wearer, never as an instruction, and for no longer. To forget is asked each time, with
how many notes it means. The agent finds what became of it in the ledger, by its ticket.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec

from edge import act, agents
from edge.airlock import plain
from edge.evidence import Note
from edge.ledger import Leaving
from edge.messages import AgentReads, AgentWants, Control, Granted
from edge.notes import NotesUnwritable, forgetting, wishes
from edge.runtime.present import Present
from edge.tools.grants import Grants

REMEMBER, FORGET = "agent.remember", "agent.forget"
"""What `offrecord grants` calls them."""
REFUSED: Final = "the wearer did not allow it"
BUSY: Final = "the wearer is being asked about something else; ask again later"
DISK: Final = "the disk does not take it"
NOTHING: Final = "there is no such note"


class Agents:
    """What the runtime does for agents of the wearer's."""

    def __init__(self, present: Present, grants: Grants, forget_wishes: Callable[[], None]) -> None:
        """`forget_wishes` forgets, in notes and mind, what the notes say is to be forgotten."""
        self._present, self.grants = present, grants
        self._forget_wishes = forget_wishes
        self._asking: asyncio.Task[None] | None = None

    def told(self, message: Control) -> None:
        """Hear of what an agent wants, and of what the wearer answers."""
        match message:
            case Granted():
                self.grants.answer(message.id, message.answer)
            case AgentReads():
                self._present.enter(agents.leaving(message))
            case AgentWants() if self._asking and not self._asking.done():
                self._tell(message, BUSY)
            case AgentWants():
                self._asking = asyncio.get_running_loop().create_task(self._take(message))
            case _:
                pass

    async def close(self) -> None:
        """Ask nobody any more."""
        if self._asking:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _take(self, wanted: AgentWants) -> None:
        do = self._remember if wanted.does == "remember" else self._forget
        try:
            outcome = await do(wanted)
        except NotesUnwritable:
            outcome = DISK
        self._tell(wanted, outcome)

    async def _remember(self, wanted: AgentWants) -> str:
        text = " ".join(map(plain, wanted.text.split("\n")))
        choice = await self.grants.may(REMEMBER, text, f"agent {wanted.agent} wants it remembered")
        if choice == "never":
            return REFUSED
        why = f"a note of an agent was kept, {len(text.encode())} bytes; granted {choice}"
        self._present.enter(Leaving("Effect", 0, f"{why} ({wanted.agent})", text, to=act.NOTES))
        who = f"agent {wanted.agent}"
        # Of no run: it was not heard in this one, and what is heard is joined and taken back.
        note = Note("said", text, 0, time.time(), "", who, who=who)
        kept = self._present.write(note, is_observed=False)
        if not kept.id:
            return DISK
        return f"kept as note {kept.id}, as words of {who}, for a month"

    async def _forget(self, wanted: AgentWants) -> str:
        asked_s = time.time()
        try:
            now = datetime.fromtimestamp(asked_s, UTC).astimezone()
            wish = wishes.read(wanted.text.split(), now)
        except wishes.BadWish:
            return f"say {wishes.FORMS}"
        wish = msgspec.structs.replace(wish, until_s=min(wish.until_s, asked_s))
        count = len(forgetting.meant(self._present.notes, wish).notes)
        if not count:
            return NOTHING
        what = f"forget {_counted(count)} for good: {plain(wanted.text)}"
        why = f"agent {wanted.agent} wants it forgotten"
        if await self.grants.may(FORGET, what, why, is_each_asked=True) == "never":
            return REFUSED
        why = f"{_counted(count)} forgotten for agent {wanted.agent}, as granted"
        self._present.enter(Leaving("Effect", 0, why, to=act.NOTES))
        self._present.notes.wish(wish)
        self._forget_wishes()
        return f"{_counted(count)} forgotten for good"

    def _tell(self, wanted: AgentWants, outcome: str) -> None:
        """Enter what an agent is told, which is how it is told, and tell the wearer."""
        self._present.enter(agents.outcome(wanted, outcome))
        self._present.tell(f"agent {wanted.agent} wants to {wanted.does}: {outcome}")


def _counted(count: int) -> str:
    return f"{count} note{'s' if count != 1 else ''}"
