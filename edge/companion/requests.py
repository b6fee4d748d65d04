"""What is answered to a phone's request? What only looks is done here, the rest by the runtime."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

import msgspec

from edge import ledger
from edge.companion import phones, wire
from edge.companion.wire import Answer, Done, NoteLine, PhoneLine, Refused, Request
from edge.evidence import Note
from edge.ledger import query as ledger_query
from edge.messages import Granted, Judged, PhoneLink
from edge.notes import ALL, NotesUnwritable, Reading, Wish, wishes

PAGE_NOTES: Final = 100
PAGE_ROWS: Final = 50
MOST_ROWS_BACK: Final = 20_000
"""Rows that are read backwards for a page; for older ones there is `offrecord ledger`."""


MUTED: Final = "it is muted: where you are is taken no more than what you say"
NO_LINK: Final = "the device hears and sees by other means; `offrecord run --wearable phone` does"


class Does(Protocol):
    """Whoever opens the port: what a phone may look at, and have done."""

    @property
    def notes(self) -> Reading:
        """The notes as they are now."""

    @property
    def data(self) -> Path:
        """The folder of the phones, and of the pairing window."""

    @property
    def ledger_path(self) -> Path:
        """Where the ledger is."""

    @property
    def phone_link(self) -> PhoneLink | None:
        """Where a phone may be ears and eyes; None where none may."""

    def lend(self) -> PhoneLink | None:
        """Return the same for a phone that is told it: it must be shut out there too."""

    def enter(self, leaving: ledger.Leaving) -> None:
        """Enter in the ledger what leaves. Raises OSError."""

    def ask(self, text: str) -> None:
        """Answer this as if the wearer had said it."""

    def be_at(self, place: str) -> bool:
        """Know at which named place the wearer is; empty: at none. False while muted."""

    def move(self, motion: str) -> bool:
        """Know how the wearer moves; empty: nobody knows. False while muted."""

    def look(self) -> None:
        """Have a fresh picture looked at."""

    def mute(self, minutes: int) -> None:
        """Stop hearing and seeing; 0 minutes means until `unmute`."""

    def unmute(self) -> None:
        """Hear and see again."""

    def decide(self, message: Judged | Granted) -> None:
        """Take what the wearer makes of an offer, or answers to a tool that asks."""

    def search(self, text: str, limit: int) -> Sequence[Note]:
        """Return the notes that a text is about, the best first."""

    def forget(self, wish: Wish) -> int:
        """Forget for good and return how many notes that were. Raises NotesUnwritable."""

    def seals(self) -> Sequence[wire.Seal]:
        """Return how the processes were found to be sealed."""


CHANGES: Final = (
    *(wire.Ask, wire.Look, wire.Mute, wire.Unmute),
    *(wire.Judge, wire.Grant, wire.Forget, wire.Revoke),
)
"""Requests that are done once, however often they are sent."""


def answer(request: Request, does: Does, connected: Iterable[str], as_of: int) -> Answer:  # noqa: PLR0911, C901 (a table)
    """Do what is asked, and return the answer; `as_of` is the next event's number."""
    match request:
        case wire.Search(id=number, text=text, limit=limit):
            found = does.search(text, limit)
            return wire.Notes(number, _lines(found), as_of)
        case wire.Day():
            return _day(request, does.notes, as_of)
        case wire.Forget():
            return _forget(request, does)
        case wire.Export(id=number, after=after):
            return _page(number, does.notes.after(after, PAGE_NOTES + 1, ALL), as_of)
        case wire.Ledger():
            return _rows(request, does)
        case wire.Phones(id=number):
            return wire.PhonesAre(number, _phones(does.data, frozenset(connected)))
        case wire.Revoke(id=number, phone=phone):
            is_done = phones.revoke(does.data, phone)
            return Done(number) if is_done else Refused(number, "that phone is not paired")
        case wire.Lend(id=number):
            link = does.lend()
            return wire.Lent(number, link.port, link.token) if link else Refused(number, NO_LINK)
        case wire.Place(id=number, name=name):
            return Done(number) if does.be_at(name) else Refused(number, MUTED)
        case wire.Motion(id=number, kind=kind):
            return Done(number) if does.move(kind) else Refused(number, MUTED)
        case wire.Audit(id=number):
            return wire.Audited(number, tuple(does.seals()), "")
        case _:
            _do(request, does)
            return Done(request.id)


def _do(request: Request, does: Does) -> None:
    match request:
        case wire.Ask(text=text):
            does.ask(text)
        case wire.Look():
            does.look()
        case wire.Mute(minutes=minutes):
            does.mute(minutes)
        case wire.Unmute():
            does.unmute()
        case wire.Judge(offer=offer, verdict=verdict):
            does.decide(Judged(offer, verdict))
        case wire.Grant(grant=grant, answer=choice):
            does.decide(Granted(grant, choice))
        case _:
            raise AssertionError(type(request).__name__)


async def audited(found: wire.Audited, does: Does) -> wire.Audited:
    """Return an audit's answer with the ledger's chain looked at, in a thread: it may be long."""
    broken = await asyncio.to_thread(ledger_query.verify, does.ledger_path, None)
    chain = f"broken at row {broken.line}: {broken.reason}" if broken else "whole"
    return msgspec.structs.replace(found, ledger=chain)


def left(answered: Answer) -> tuple[str, str]:
    """Return why an answer leaves, and what of it, for the ledger: numbers in place of words."""
    match answered:
        case wire.Notes(notes=found):
            return "a phone asked for notes", f"notes {', '.join(str(note.id) for note in found)}"
        case wire.Rows(rows=rows):
            return "a phone asked what left", f"rows {', '.join(str(row.number) for row in rows)}"
        case wire.Lent(port=port):
            return "a phone asked to be ears and eyes", f"a token, and port {port}"
        case _:
            return "a phone asked", wire.spell(answered)


def _day(request: wire.Day, notes: Reading, as_of: int) -> Answer:
    try:
        wish = wishes.read(["day", request.day or "today"], datetime.now().astimezone())
    except wishes.BadWish as problem:
        return Refused(request.id, str(problem))
    found = notes.select(
        "WHERE at_wall_s >= ? AND at_wall_s < ? AND note.id > ? ORDER BY note.id LIMIT ?",
        *(wish.since_s, wish.until_s, request.after, PAGE_NOTES + 1),
    )
    return _page(request.id, found, as_of)


def _forget(request: wire.Forget, does: Does) -> Answer:
    try:
        wish = wishes.read(request.what.split(), datetime.now().astimezone())
        count = does.forget(wish)
    except (wishes.BadWish, NotesUnwritable) as problem:
        return Refused(request.id, str(problem))
    return Done(request.id, f"{count:,} note{'s' * (count != 1)} forgotten for good")


def _rows(request: wire.Ledger, does: Does) -> Answer:
    older = (
        row
        for row, _ in islice(ledger.newest_first(does.ledger_path), MOST_ROWS_BACK)
        if row.number < request.before
    )
    found = list(islice(older, PAGE_ROWS + 1))
    rows = []
    for row in found[:PAGE_ROWS]:
        content = does.notes.text(row.number)
        text = content.text if content else None
        facts = (row.number, row.when_s, row.what, row.bytes, row.origin, row.to, row.why)
        rows.append(wire.Row(*facts, text))
    return wire.Rows(request.id, tuple(rows), len(found) > PAGE_ROWS)


def _phones(data: Path, connected: frozenset[str]) -> tuple[PhoneLine, ...]:
    return tuple(
        PhoneLine(each.id, each.name, each.scopes, each.paired_s, each.id in connected)
        for each in phones.paired(data)
    )


def _page(number: str, found: Sequence[Note], as_of: int) -> wire.Notes:
    page = found[:PAGE_NOTES]
    last = page[-1].id if page else 0
    return wire.Notes(number, _lines(page), as_of, last, len(found) > PAGE_NOTES)


def _lines(found: Iterable[Note]) -> tuple[NoteLine, ...]:
    return tuple(
        NoteLine(
            *(note.id, note.kind, note.text, note.at_wall_s),
            *(note.source, note.confidence, note.who),
        )
        for note in found
    )
