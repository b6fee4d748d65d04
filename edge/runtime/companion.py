"""What does the runtime do for paired phones? It opens the port while there are any, tells, obeys.

Nothing listens, and nothing of it is loaded, before `offrecord pair` was used.
"""

import asyncio
import ctypes.util
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from edge import config, ledger
from edge.companion import key, pairing, phones, telling, wire
from edge.evidence import Note, Now, Question
from edge.messages import (
    Control,
    Forget,
    Granted,
    Judged,
    Look,
    Mute,
    PhoneLink,
    PhonesChanged,
    PhoneShutOut,
    Reply,
    Shown,
    Unmute,
)
from edge.notes import Notes, NotesUnwritable, Wish, forgetting
from edge.privacy import PASSING_S
from edge.runtime.conversation import Conversation
from edge.runtime.present import Present, Show

if TYPE_CHECKING:
    from edge.companion.discovery import Discovery
    from edge.companion.live import Room
    from edge.companion.server import Port

MOST_LOOKED_AT: Final = 200
"""Notes that a search considers."""
REVOKED_WITHIN_S: Final = 1.0
"""So soon is a phone cut off that was revoked, where nobody could tell us."""


class Companion:
    """The runtime's side of `edge/companion/`: its `requests.Does`."""

    def __init__(
        self,
        present: Present,
        conversation: Conversation,
        settings: config.Companion,
        keys: str,
        show: Show,
    ) -> None:
        """Take what phones see and ask, the folder of the device's key, and who hears a wish.

        Where that has no name nothing ever listens.
        """
        self._present, self._conversation, self._show = present, conversation, show
        self._settings, self._keys = settings, keys
        self._senses = telling.Senses()
        self._room: Room | None = None
        self._port: Port | None = None
        self._discovery: Discovery | None = None
        self._closing: asyncio.Task[None] | None = None
        self._window: asyncio.TimerHandle | None = None
        self._paired: set[str] = set()
        """By id, as they were a second ago or when one was told of the link."""
        self.phone_link: PhoneLink | None = None
        """Where a phone may be ears and eyes; None where none may (`requests.Does`)."""
        self.on_ask: Callable[[str], None] = lambda _text: None
        self.on_whereabouts: Callable[[Literal["place", "motion"], str], bool] = (
            lambda _kind, _what: False
        )
        """Is called with what a phone says of where the wearer is, or of how they move."""
        self.on_control: Callable[[Control], None] = lambda _message: None
        """Is called with what a phone decides, as if a command had asked it."""

    # --- the port ------------------------------------------------------------------------------

    def begin(self) -> None:
        """Listen if a phone is paired, or is to be."""
        self._look()

    def _look(self) -> None:
        """Listen while a phone is paired or a pairing is open, and no longer."""
        self._tell_who_was_shut_out()
        if self._window:
            self._window.cancel()
            self._window = None
        window = pairing.look(self.data, time.clock_gettime(time.CLOCK_BOOTTIME))
        if window:
            loop = asyncio.get_running_loop()
            self._window = loop.call_later(pairing.OPEN_S, self._look)
        is_allowed = bool(self._keys and self._settings.port)
        is_wanted = is_allowed and bool(window or phones.paired(self.data))
        if is_wanted and not self._port:
            self._open()
        elif self._port and not is_wanted:
            self._closing = asyncio.get_running_loop().create_task(_farewell(*self._shut()))
            return
        if self._room:
            self._room.wrong = 0
            self._room.shut_out()

    def _open(self) -> None:
        with _no_search_for_libraries():
            from edge.companion.discovery import Discovery  # noqa: PLC0415 (only who pairs pays)
        from edge.companion.live import Room  # noqa: PLC0415
        from edge.companion.server import Port, PortTaken  # noqa: PLC0415
        from edge.strangers import Strangers  # noqa: PLC0415

        path = key.file_in(Path(self._keys))
        try:
            device, _ = key.certificates(path)
            secure = key.context(path)
            room = Room(self, key.hash_of(device), Strangers())
            port = Port(room, secure, (f"{socket.gethostname().lower()}.local",))
            port.open(self._settings.port)
        except (key.NoCompanionKey, PortTaken) as problem:
            self._present.tell(str(problem))
            return
        self._room, self._port, self._discovery = room, port, Discovery(port.number)
        self._room.tell(self._senses.state())
        self._discovery.begin()
        self._watch(port)

    def _watch(self, port: "Port") -> None:
        """Shut out who was revoked, now and every second: a command may not have reached us."""
        if self._port is port and self._room:
            self._room.shut_out()
            self._tell_who_was_shut_out()
            loop = asyncio.get_running_loop()
            loop.call_later(REVOKED_WITHIN_S, self._watch, port)

    def _tell_who_was_shut_out(self) -> None:
        """Have who is paired no more be no ears and eyes either."""
        before, self._paired = self._paired, {phone.id for phone in phones.paired(self.data)}
        if self.phone_link and before - self._paired:
            self._show(PhoneShutOut())

    def lend(self) -> PhoneLink | None:
        """Return where ears and eyes come in, and know that who is paired now may know it."""
        self._paired |= {phone.id for phone in phones.paired(self.data)}
        return self.phone_link

    async def close(self) -> None:
        """Say goodbye to everybody."""
        await _farewell(*self._shut())

    def _shut(self) -> tuple["Port | None", "Discovery | None"]:
        """Listen no more, at once: it may be wanted again before the goodbye is said."""
        port, discovery = self._port, self._discovery
        self._room = self._port = self._discovery = None
        if port:
            port.stop()
        return port, discovery

    # --- what is told --------------------------------------------------------------------------

    def shown(self, message: Shown) -> None:
        """Tell phones what a person may see."""
        if self._room and (item := telling.item(message)):
            passes = isinstance(message, Reply) and message.passes
            self._room.tell(item, PASSING_S if passes else None)

    def told(self, message: Control) -> None:
        """Hear how the senses stand, and that something about phones has changed."""
        if isinstance(message, PhonesChanged):
            self._look()
        elif isinstance(message, PhoneLink):
            self.phone_link = message
        before = self._senses.state()
        self._senses.told(message)
        after = self._senses.state()
        if self._room and after != before:
            self._room.tell(after)

    def forgotten(self) -> None:
        """Have every phone drop what it was told: some of it was forgotten."""
        if self._room:
            self._room.begin_anew()

    # --- what is asked (`requests.Does`) -------------------------------------------------------

    @property
    def notes(self) -> Notes:
        """The notes as they are now."""
        return self._present.notes

    @property
    def data(self) -> Path:
        """The folder of the phones, and of the pairing window."""
        return self._present.folder

    @property
    def ledger_path(self) -> Path:
        """Where the ledger is."""
        return self._present.ledger.path

    def enter(self, leaving: ledger.Leaving) -> None:
        """Enter in the ledger what leaves for a phone. Raises OSError."""
        self._present.enter(leaving)

    def ask(self, text: str) -> None:
        """Answer this as if the wearer had said it."""
        self.on_ask(text)

    def be_at(self, place: str) -> bool:
        """Know at which named place the wearer is; empty: at none. False while muted."""
        return self.on_whereabouts("place", place)

    def move(self, motion: str) -> bool:
        """Know how the wearer moves; empty: nobody knows. False while muted."""
        return self.on_whereabouts("motion", motion)

    def look(self) -> None:
        """Have a fresh picture looked at."""
        self._show(Look())

    def mute(self, minutes: int) -> None:
        """Have the launcher stop hearing and seeing, as `offrecord mute` does."""
        self._show(Mute(minutes))

    def unmute(self) -> None:
        """Have it hear and see again."""
        self._show(Unmute())

    def decide(self, message: Judged | Granted) -> None:
        """Take what the wearer makes of an offer, or answers to a tool that asks."""
        self.on_control(message)

    def search(self, text: str, limit: int) -> Sequence[Note]:
        """Return the notes that a text is about, the best first."""
        mind = self._conversation.meanings
        understood = mind.understand(text) if mind else None
        question = Question(text, Now("", 0, time.time()))
        best = self._conversation.finder.find(question, understood, MOST_LOOKED_AT)
        holding = [each for each in best if each.own > 0]
        return [each.note for each in holding or best if each.score > 0][:limit]

    def forget(self, wish: Wish) -> int:
        """Forget for good and return how many notes that were. Raises NotesUnwritable."""
        count = len(forgetting.meant(self._present.notes, wish).notes)
        self._present.notes.wish(wish)
        self.on_control(Forget())
        if self._present.notes.has_wishes():
            raise NotesUnwritable("it is not forgotten yet; it will be at the next start")
        return count

    def seals(self) -> Sequence[wire.Seal]:
        """Return how the processes were found to be sealed."""
        return tuple(self._senses.seals.values())


async def _farewell(port: "Port | None", discovery: "Discovery | None") -> None:
    """Tell the network, and close every connection."""
    if discovery:
        await discovery.end()
    if port:
        await port.close()


@contextmanager
def _no_search_for_libraries() -> Iterator[None]:
    """Have ctypes take this very process for the C library that zeroconf's `ifaddr` asks for.

    To find it ctypes starts a compiler and makes files; the seal refuses both, and it is here.
    """
    search = ctypes.util.find_library
    ctypes.util.find_library = lambda _name: None  # type: ignore[assignment]
    try:
        yield
    finally:
        ctypes.util.find_library = search
