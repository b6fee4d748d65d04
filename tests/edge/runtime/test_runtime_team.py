"""Two sealed runtimes and a real mosquitto: what one wearer tells the team, the other finds."""

import hashlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from runtime_process import RuntimeProcess

sys.path.append(str(Path(__file__).parents[1] / "mqtt"))

from real_broker import Ears, Mosquitto, mosquitto

from edge import ledger
from edge.config import Config, Home
from edge.evidence import Note
from edge.messages import Notice, TeamChanged
from edge.notes import opening
from edge.team import envelope, members, outbox
from edge.team.envelope import Letter
from edge.team.members import Team

WORDS = "the heron folder is under the green lamp"


class Wearer:
    """One of the two; its runtime is started when it is needed."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self.secret = hashlib.sha256(folder.name.encode()).digest()
        """Also what its name at the broker is made of: two of one name throw each other out."""
        self.data, self.keys = folder / "data", folder / "keys"
        self.data.mkdir(parents=True)
        self.team = Team.new()
        self.public = envelope.public_key(self.team.secret)
        self.settings = Config(home=Home(mqtt=broker.address))

    def let_in(self, name: str, other: "Wearer") -> None:
        self.team = self.team.with_member(name, members.line_of(other.public), self.public)
        members.store(self.keys, self.team)

    def say(self, text: str) -> None:
        outbox.post(self.data, self.team, text)

    def runtime(self) -> RuntimeProcess:
        return RuntimeProcess(self.data, settings=self.settings, keys=self.keys, secret=self.secret)

    def notes(self) -> list[Note]:
        with opening.for_reading(self.data, self.secret) as reading:
            return [
                note for note in reading.recent(50, ("said",)) if note.source.startswith("team")
            ]

    def until_told(self, runtime: RuntimeProcess, letters: int) -> None:
        """Return when the runtime has kept so many letters."""
        for _ in range(letters):
            while "told the team something" not in str(runtime.until(Notice)[-1]):
                pass


def listens(ears: Ears, sender: Wearer, recipient: Wearer, theirs: RuntimeProcess) -> None:
    """Return when the recipient's runtime is known to listen: it has kept a first letter."""
    first = envelope.close(sender.team.secret, recipient.public, Letter(1, "zero"))
    ears.say(inbox(sender, recipient), first, retain=True)
    recipient.until_told(theirs, 1)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path / "broker") as made:
        yield made


@pytest.fixture
def ears(broker: Mosquitto) -> Iterator[Ears]:
    listening = Ears(broker.port)
    yield listening
    listening.end()


@pytest.fixture
def both(broker: Mosquitto, tmp_path: Path) -> tuple[Wearer, Wearer]:
    anna, ben = Wearer(tmp_path / "anna", broker), Wearer(tmp_path / "ben", broker)
    anna.let_in("Ben", ben)
    ben.let_in("Anna", anna)
    return anna, ben


def inbox(sender: Wearer, recipient: Wearer) -> str:
    to, by = (members.id_of(each.public) for each in (recipient, sender))
    return f"offrecord/team/{to}/{by}"


def test_what_one_tells_the_team_is_a_note_of_the_other(
    both: tuple[Wearer, Wearer], ears: Ears
) -> None:
    anna, ben = both
    with ben.runtime() as theirs, anna.runtime() as ours:
        listens(ears, anna, ben, theirs)
        anna.say(f"I know that {WORDS}.")
        ours.tell(TeamChanged())
        ben.until_told(theirs, 1)
        ears.until(lambda topic, _: topic == inbox(anna, ben))
        while outbox.waiting(anna.data):  # until the broker has said that it has it
            time.sleep(0.05)
        ours.summary()
        theirs.summary()
    note, _ = ben.notes()
    assert (note.text, note.who) == (f"I know that {WORDS}.", "Anna")
    assert WORDS.encode() not in ears.all
    left = [row for row, _ in ledger.rows(anna.data / ledger.FILE_NAME) if "Ben" in row.to]
    assert [row.what for row in left] == ["TeamLetter"]


def test_who_is_away_gets_all_of_it_later_and_once(
    both: tuple[Wearer, Wearer], broker: Mosquitto, ears: Ears
) -> None:
    anna, ben = both
    with ben.runtime() as theirs:  # the broker knows from now on that it is to keep things
        listens(ears, anna, ben, theirs)
        theirs.process.kill()
    with anna.runtime() as ours:
        for text in ("one", "two", "three"):
            anna.say(text)
        ours.tell(TeamChanged())
        for _ in range(4):
            ears.until(lambda topic, _: topic == inbox(anna, ben))
        ours.process.kill()
    ears.end()
    broker.stop()
    broker.start()  # what it keeps for who is away outlives it, too
    with ben.runtime() as theirs:
        ben.until_told(theirs, 3)
        theirs.process.kill()
    assert [note.text for note in reversed(ben.notes())] == ["zero", "one", "two", "three"]


def test_what_is_replayed_forged_or_of_a_stranger_is_no_note(
    both: tuple[Wearer, Wearer], broker: Mosquitto, ears: Ears, tmp_path: Path
) -> None:
    anna, ben = both
    eve = Wearer(tmp_path / "eve", broker)
    with ben.runtime() as theirs:
        listens(ears, anna, ben, theirs)
        first = envelope.close(anna.team.secret, ben.public, Letter(1000, "the first"))
        forged = envelope.close(eve.team.secret, ben.public, Letter(2000, "I am Anna"))
        last = envelope.close(anna.team.secret, ben.public, Letter(3000, "the last"))
        for payload in (first, first, forged, b"junk", last, first):
            ears.say(inbox(anna, ben), payload)
        ears.say(inbox(eve, ben), forged)
        ben.until_told(theirs, 2)
        theirs.summary()
    assert [note.text for note in reversed(ben.notes())] == ["zero", "the first", "the last"]
