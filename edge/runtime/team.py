"""What does the runtime do for the team? It hands on what was said to it, and keeps what comes.

Nothing of it is loaded, and nobody is connected to, before `offrecord team create` was used. What
comes is a note of who said it, with the number of the letter: words of another, never a wish.
"""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from edge import config
from edge.evidence import Note
from edge.ledger import Leaving
from edge.messages import Control, TeamChanged
from edge.mqtt.broker import Broker, NoPassword
from edge.notes.retention import DAY_S
from edge.runtime.present import Present
from edge.team import members
from edge.team.members import Member, Team, TeamRefused

if TYPE_CHECKING:
    import aiomqtt

TOPIC: Final = "offrecord/team"
SESSION_S: Final = 30 * DAY_S
"""So long the broker keeps what is said to a member who is away."""
SOURCE: Final = "team"
MOST_LOOKED_AT: Final = 500
WHY: Final = "the wearer said it to the team"


class TeamRoom:
    """The runtime's side of `edge/team/`."""

    def __init__(self, broker: Broker, present: Present, keys: Path) -> None:
        self._broker, self._present, self._keys = broker, present, keys
        self._team: Team | None = None
        self._own_id = ""
        self._last: dict[str, int] = {}
        """The number of the last letter of each member."""
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Connect where there is a team, and stay connected."""
        self._look()

    async def close(self) -> None:
        """Go; what is still to be sent waits for the next run."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def told(self, message: Control) -> None:
        """Know that somebody came or went, or that something was said."""
        if isinstance(message, TeamChanged):
            self._look()

    def _look(self) -> None:
        try:
            self._team = members.load(self._keys)
        except TeamRefused as refusal:
            self._present.tell(str(refusal))
            return
        if self._team and not self._task:
            self._connect(self._team)
        self._news.set()

    def _connect(self, team: Team) -> None:
        from edge.mqtt import connection  # noqa: PLC0415 (both are for who has a team)
        from edge.team import envelope  # noqa: PLC0415

        self._own_id = members.id_of(envelope.public_key(team.secret))
        self._last = self._last_of_notes()
        terms = connection.Terms(
            f"offrecord-team-{self._own_id}", self._take, session_s=round(SESSION_S)
        )
        kept = connection.keep(self._broker, terms, self._serve, self._present.tell)
        self._task = asyncio.get_running_loop().create_task(kept)

    # --- what is said --------------------------------------------------------------------------

    async def _serve(self, client: "aiomqtt.Client") -> None:
        await client.subscribe(f"{TOPIC}/{self._own_id}/+", qos=1)
        while True:
            self._news.clear()
            await self._send_all(client)
            await self._news.wait()

    async def _send_all(self, client: "aiomqtt.Client") -> None:
        from edge.team import outbox  # noqa: PLC0415 (see above)

        for path in outbox.waiting(self._present.folder):
            team = self._team
            if team is None:
                return
            for member, each, text in outbox.readable(team, outbox.read(path)):
                to = f"{member.name} of the team, through {self._broker}"
                self._present.enter(Leaving("TeamLetter", len(each.closed), WHY, text, to))
                topic = f"{TOPIC}/{each.to}/{self._own_id}"
                await client.publish(topic, each.closed, qos=1)
            path.unlink(missing_ok=True)

    # --- what comes ----------------------------------------------------------------------------

    def _take(self, message: "aiomqtt.Message") -> None:
        """Keep a letter before the broker is told that we have it. Raises OSError."""
        from edge.team import envelope  # noqa: PLC0415 (see above)

        sender = message.topic.value.rpartition("/")[2]
        member = next((each for each in self._members() if each.id == sender), None)
        if member is None or self._team is None or not isinstance(message.payload, bytes):
            return
        with suppress(envelope.Unreadable):  # whoever has the broker's password may write there
            letter = envelope.open_(self._team.secret, member.public, message.payload)
            if letter.text and letter.number > self._last.get(member.id, 0):
                self._keep(member, letter.number, letter.text)

    def _members(self) -> tuple[Member, ...]:
        return self._team.members if self._team else ()

    def _keep(self, member: Member, number: int, text: str) -> None:
        present = self._present
        kept = present.write(
            Note(
                kind="said",
                text=text,
                at_ms=present.context.now_ms,
                at_wall_s=time.time(),
                run=present.run,
                source=f"{SOURCE} {member.id} {number}",
                who=member.name,
            ),
            is_observed=False,
        )
        if not kept.id:
            raise OSError("a letter of the team cannot be kept yet")
        self._last[member.id] = number
        present.notes.keep_facts({_fact(member.id): number})
        present.tell(f"{member.name} told the team something; it is in your notes")

    def _last_of_notes(self) -> dict[str, int]:
        """Return the numbers up to which letters are kept; a note may be ahead of its fact."""
        notes = self._present.notes
        last = {each.id: int(notes.fact(_fact(each.id))) for each in self._members()}
        for note in notes.recent(MOST_LOOKED_AT, ("said",)):
            source, _, rest = note.source.partition(" ")
            sender, _, number = rest.partition(" ")
            if source == SOURCE and number.isdigit():
                last[sender] = max(last.get(sender, 0), int(number))
        return last


def _fact(member_id: str) -> str:
    return f"team {member_id}"


def room(settings: config.Home, present: Present, keys: str) -> TeamRoom | None:
    """Return what speaks with the team; None where it cannot."""
    try:
        broker = Broker.read(settings.mqtt, settings.password_env)
    except NoPassword:  # whoever tells the house has said so
        return None
    return TeamRoom(broker, present, Path(keys)) if keys else None
