"""What a phone says of where the wearer is: noted once, in mind, dropped while muted, forgotten."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.evidence import Note
from edge.messages import MuteState, Shown, WearableState
from edge.notes import ALL, Wish
from edge.runtime.present import Present
from edge.runtime.whereabouts import Whereabouts


def _nobody(_shown: Shown) -> None:
    pass


@pytest.fixture
def present(tmp_path: Path) -> Iterator[Present]:
    made = Present(tmp_path, bytes(32), "r1", "live", _nobody)
    yield made
    made.close()


def kept(present: Present) -> list[Note]:
    return present.notes.recent(50, ALL)


def known(present: Present) -> dict[str, str]:
    return {note.kind: note.text for note in present.context.whereabouts}


def test_a_place_is_noted_when_the_wearer_comes_there_and_not_again(present: Present) -> None:
    whereabouts = Whereabouts(present)
    for name in ("home", "home", "", "work", "work"):
        assert whereabouts.take("place", name)
    assert [note.text for note in reversed(kept(present))] == ["home", "work"]
    assert known(present) == {"place": "work"}
    assert abs(kept(present)[0].at_wall_s - time.time()) < 60


def test_motion_is_in_mind_alone_the_phones_and_the_wearables(present: Present) -> None:
    whereabouts = Whereabouts(present)
    whereabouts.take("motion", "driving")
    whereabouts.told(WearableState("pendant", connected=True))
    assert known(present) == {"motion": "driving"}
    whereabouts.told(WearableState("pendant", connected=True, motion="riding"))
    assert known(present) == {"motion": "riding"}
    assert kept(present) == []


def test_while_muted_nothing_is_taken(present: Present) -> None:
    whereabouts = Whereabouts(present)
    whereabouts.told(MuteState(muted=True))
    assert not whereabouts.take("place", "home")
    whereabouts.told(WearableState("pendant", connected=True, motion="riding"))
    assert known(present) == {}
    assert kept(present) == []


def test_a_place_is_forgotten_by_its_name(present: Present) -> None:
    Whereabouts(present).take("place", "clinic")
    present.notes.wish(Wish(words=("clinic",)))
    present.forget_wishes()
    assert known(present) == {}
    assert kept(present) == []
