"""Every noun between a phone and the companion. JSON, one object a WebSocket text frame.

A connection begins with the companion's `Challenge`; the phone answers with `Pair` or `Hello`, and
is told `Welcome`. From then on the companion sends `Event`s, numbered without a gap, and one answer
to each request, with its id. A phone that comes back says the number that it had last.
"""

from typing import Annotated, Final, Literal, get_args

import msgspec

from edge.garbled import GARBLED
from edge.messages import OfferVerdict

VERSION: Final = 1
MOST_FRAME_BYTES: Final = 8192
"""Of what a phone says."""

Scope = Literal["see", "ask", "control", "forget", "export", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

Hex = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32,64}$")]
PhoneId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{12}$")]
PhoneName = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]{1,40}$")]
Token = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{12}\.[0-9a-f]{64}$")]
RequestId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=800)]
PlaceName = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]{0,24}$")]
"""As the wearer calls it; never an address, never coordinates. Empty: nowhere that has a name."""
DayName = Annotated[str, msgspec.Meta(pattern=r"^(|\d{4}-\d\d-\d\d)$")]
"""Empty means today."""


class Said(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag=str.lower
):
    """What every noun is: a frozen object with its type in it, which refuses unknown fields."""


# --- how a connection begins -------------------------------------------------------------------


class Challenge(Said, frozen=True):
    """The companion's first word; nobody's proof fits another connection's."""

    nonce: Hex
    version: int = VERSION


class Pair(Said, frozen=True):
    """A phone was shown the secret (`pairing.proof`), and names itself."""

    name: PhoneName
    nonce: Hex
    proof: Hex


class Hello(Said, frozen=True):
    """A paired phone is back; of which telling it knows the number `last`."""

    token: Token
    telling: str = ""
    last: Number = 0


class Paired(Said, frozen=True):
    """The phone is let in: its token is said this once, and the companion proves itself."""

    token: Token
    proof: Hex


class State(Said, frozen=True):
    """How it is with hearing and seeing."""

    hears: bool = False
    sees: bool = False
    muted: bool = False
    muted_until_s: float = 0.0
    """Seconds since 1970; 0: until somebody unmutes."""
    muted_why: str = ""
    level: str = ""
    """The weakest seal of all processes; empty before any was looked at."""


class Welcome(Said, frozen=True):
    """The phone is known. What it missed comes next; with `reload` it must begin anew."""

    phone: PhoneId
    name: PhoneName
    scopes: tuple[Scope, ...]
    telling: str
    next: Number
    """Of the first event that follows."""
    reload: bool
    """Some of what it missed is told no more: drop everything, and ask for the day's notes."""
    state: State
    may_lend: bool = False
    """Whether it may be ears and eyes (`Lend`)."""


class Closing(Said, frozen=True):
    """The last word: why the phone is not, or no longer, let in."""

    why: str


# --- what is told ------------------------------------------------------------------------------


class Heard(Said, frozen=True):
    """What was said, and whose voice it was as far as one can tell."""

    text: str
    who: str
    confidence: int
    goes_on: bool = False
    """It takes the place of what was heard before it."""


class SomebodySpoke(Said, frozen=True):
    """Somebody else spoke; the words stayed inside."""


class Saw(Said, frozen=True):
    """What came into view."""

    things: tuple[str, ...]
    lines: tuple[str, ...]


class Asked(Said, frozen=True):
    """A phone asked this."""

    text: str
    phone: PhoneName


class Answered(Said, frozen=True):
    """What the companion said, by whom it was thought, and what it rests on."""

    text: str
    source: str
    because: tuple[str, ...]
    latency_ms: int
    lapses_s: int = 0
    """After so long the phone shows it no more, for it rests on what others said; 0: it stays."""


class Offered(Said, frozen=True):
    """Help that nobody asked for; `Judge` says what the wearer makes of it."""

    offer: Number
    kind: str
    text: str
    because: tuple[str, ...]


class Wants(Said, frozen=True):
    """A tool with an effect is to be used; `Grant` says whether it may, soon."""

    grant: Number
    tool: str
    what: str
    why: str


class Noticed(Said, frozen=True):
    """Something about the companion itself."""

    text: str


class Lapsed(Said, frozen=True):
    """Something was told here that is kept by nobody any more."""


Item = Heard | SomebodySpoke | Saw | Asked | Answered | Offered | Wants | Noticed | State | Lapsed


class Event(Said, frozen=True):
    """One thing that happened."""

    number: Number
    at_s: float
    item: Item


class Reload(Said, frozen=True):
    """Something was forgotten: drop everything that was told, and begin anew with `telling`."""

    telling: str
    next: Number


# --- what a phone asks -------------------------------------------------------------------------


class Ask(Said, frozen=True):
    """A question or a wish to the companion, as if it had been spoken."""

    id: RequestId
    text: Words


class Look(Said, frozen=True):
    """Have a fresh picture looked at."""

    id: RequestId


class Mute(Said, frozen=True):
    """Stop hearing and seeing now; 0 minutes means until `Unmute`."""

    id: RequestId
    minutes: Annotated[int, msgspec.Meta(ge=0, le=7 * 24 * 60)] = 0


class Unmute(Said, frozen=True):
    """Hear and see again."""

    id: RequestId


class Judge(Said, frozen=True):
    """What the wearer makes of an offer."""

    id: RequestId
    offer: Number
    verdict: OfferVerdict


class Grant(Said, frozen=True):
    """Whether a tool may be used, and for how long that is said."""

    id: RequestId
    grant: Number
    answer: Literal["once", "always", "never"]


class Search(Said, frozen=True):
    """Which notes are about this?"""

    id: RequestId
    text: Words
    limit: Annotated[int, msgspec.Meta(ge=1, le=50)] = 20


class Day(Said, frozen=True):
    """What was kept on a day, the oldest first, from the note after `after` on."""

    id: RequestId
    day: DayName = ""
    after: Number = 0


class Forget(Said, frozen=True):
    """Forget for good: `last 10m`, `day today`, `topic WORDS`, as `offrecord notes forget`."""

    id: RequestId
    what: Words


class Export(Said, frozen=True):
    """All notes, page by page, the oldest first."""

    id: RequestId
    after: Number = 0


class Ledger(Said, frozen=True):
    """What left, to whom and why, the newest first, from the row before `before` on."""

    id: RequestId
    before: Number = 2**53


class Phones(Said, frozen=True):
    """Who is paired?"""

    id: RequestId


class Revoke(Said, frozen=True):
    """Do not let that phone in any more. Each may do so with itself."""

    id: RequestId
    phone: PhoneId


class Lend(Said, frozen=True):
    """Be ears and eyes: by which port, and with what?"""

    id: RequestId


class Place(Said, frozen=True):
    """The wearer is at a place that they gave a name; where that is only the phone knows."""

    id: RequestId
    name: PlaceName = ""


class Motion(Said, frozen=True):
    """How the wearer moves, as the phone judges; empty: it cannot tell."""

    id: RequestId
    kind: Literal["", "still", "walking", "driving"] = ""


class Audit(Said, frozen=True):
    """How were the processes found to be sealed, and is the ledger whole?"""

    id: RequestId


Request = (
    Ask
    | Look
    | Mute
    | Unmute
    | Judge
    | Grant
    | Search
    | Day
    | Forget
    | Export
    | Ledger
    | Phones
    | Revoke
    | Lend
    | Place
    | Motion
    | Audit
)
NEEDS: Final[dict[type[Said], Scope]] = {
    Ask: "ask",
    Look: "ask",
    Mute: "control",
    Unmute: "control",
    Judge: "ask",
    Grant: "control",
    Search: "see",
    Day: "see",
    Forget: "forget",
    Export: "export",
    Ledger: "see",
    Phones: "admin",
    Revoke: "admin",
    Lend: "control",
    Place: "control",
    Motion: "control",
    Audit: "see",
}
"""The scope that a phone must have been given for each request."""


# --- and is answered ---------------------------------------------------------------------------


class Done(Said, frozen=True):
    """It is done, or has begun; what comes of it is told as an event."""

    id: RequestId
    text: str = ""


class Refused(Said, frozen=True):
    """It is not done; one sentence says why."""

    id: str
    why: str


class NoteLine(msgspec.Struct, frozen=True):
    """One note; fields as in `edge.evidence.Note`."""

    id: int
    kind: str
    text: str
    at_wall_s: float
    source: str
    confidence: int
    who: str


class Notes(Said, frozen=True):
    """Some notes; ask for those after `last` while there is `more`."""

    id: RequestId
    notes: tuple[NoteLine, ...]
    as_of: Number
    """What events before this one told stands in the notes by now."""
    last: Number = 0
    more: bool = False


class Row(msgspec.Struct, frozen=True):
    """One row of the ledger; `text` is null where it was forgotten."""

    number: int
    when_s: float
    what: str
    bytes: int
    origin: str
    to: str
    why: str
    text: str | None


class Rows(Said, frozen=True):
    """Some rows of the ledger."""

    id: RequestId
    rows: tuple[Row, ...]
    more: bool


class PhoneLine(msgspec.Struct, frozen=True):
    """One paired phone."""

    phone: PhoneId
    name: PhoneName
    scopes: tuple[Scope, ...]
    paired_s: float
    is_connected: bool


class PhonesAre(Said, frozen=True):
    """Who is paired."""

    id: RequestId
    phones: tuple[PhoneLine, ...]


class Lent(Said, frozen=True):
    """`wss://` this host, this port, `/link`; the token is for its hello (PROTOCOL.md)."""

    id: RequestId
    port: Number
    token: Hex


class Seal(msgspec.Struct, frozen=True):
    """How one process was found from outside."""

    process: str
    level: str
    unchecked: tuple[str, ...]


class Audited(Said, frozen=True):
    """The result; a person with a terminal gets more from `offrecord audit`."""

    id: RequestId
    seals: tuple[Seal, ...]
    ledger: str
    """`whole`, or what is wrong with it."""


Answer = Done | Refused | Notes | Rows | PhonesAre | Lent | Audited
ToPhone = Challenge | Paired | Welcome | Closing | Event | Reload | Answer
FromPhone = Pair | Hello | Request

_from_phone: Final[msgspec.json.Decoder[FromPhone]] = msgspec.json.Decoder(FromPhone)


class Garbled(ValueError):
    """A phone said what is no noun of these."""


def read(frame: str) -> FromPhone:
    """Return what a phone said. Raises Garbled."""
    try:
        return _from_phone.decode(frame)
    except GARBLED:
        raise Garbled("this is not one of the companion's nouns") from None


def spell(said: ToPhone) -> str:
    """Return a frame."""
    return msgspec.json.encode(said).decode()
