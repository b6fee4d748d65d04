"""Who muted, until when, and what a clock that jumps does to it."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge import mute, schedule
from edge.messages import Mute, MuteState, Unmute
from edge.mute import Clock, State

NOON_S = datetime(2026, 7, 13, 12, 0, tzinfo=UTC).timestamp()
NOON = Clock(NOON_S, 5000.0, "boot", is_synchronised=True)
NIGHT = schedule.read(["22:00-07:00"])


def later(minutes: float, jump_s: float = 0) -> Clock:
    """Return the clocks some minutes after noon; the one on the wall was set meanwhile."""
    passed_s = minutes * 60
    return replace(
        NOON, wall_s=NOON_S + passed_s + jump_s, since_boot_s=NOON.since_boot_s + passed_s
    )


def rebooted(up_minutes: float, wall_s: float, *, is_synchronised: bool = True) -> Clock:
    return Clock(wall_s, up_minutes * 60, "another boot", is_synchronised)


def muted(minutes: int = 0, clock: Clock = NOON) -> State:
    return mute.asked(State(), Mute(minutes), (), clock)


def holds(state: State, clock: Clock) -> bool:
    return mute.standing(state, (), clock, UTC).muted


def test_nothing_said_and_no_schedule_is_not_muted() -> None:
    assert mute.standing(State(), (), NOON) == MuteState(muted=False)
    assert mute.next_look_s(State(), (), NOON) is None


def test_a_mute_without_a_time_lasts_until_it_is_ended() -> None:
    assert mute.standing(muted(), (), later(100_000)) == MuteState(muted=True)
    assert mute.next_look_s(muted(), (), NOON) is None
    assert not holds(mute.asked(muted(), Unmute(), (), NOON), NOON)


def test_a_timed_mute_ends_by_itself() -> None:
    assert mute.standing(muted(10), (), NOON).until_s == NOON_S + 600
    assert mute.next_look_s(muted(10), (), later(4)) == 360
    assert holds(muted(10), later(9.99))
    assert not holds(muted(10), later(10))


@pytest.mark.parametrize("jump_s", [-86_400, 86_400])
def test_a_clock_that_is_set_neither_shortens_nor_lengthens_a_mute(jump_s: float) -> None:
    before = later(9.99, jump_s)
    after = later(10, jump_s)
    assert holds(muted(10), before)
    assert not holds(muted(10), after)


def test_the_time_of_a_reboot_counts_when_the_clock_is_to_be_believed() -> None:
    assert holds(muted(10), rebooted(1, NOON_S + 599))
    assert not holds(muted(10), rebooted(1, NOON_S + 600))


@pytest.mark.parametrize(("then", "now"), [(True, False), (False, True)])
def test_after_a_reboot_a_doubtful_clock_ends_no_mute(*, then: bool, now: bool) -> None:
    state = muted(10, replace(NOON, is_synchronised=then))
    assert holds(state, rebooted(9, NOON_S + 86_400, is_synchronised=now))
    assert not holds(state, rebooted(10, NOON_S - 86_400, is_synchronised=now))


def test_a_mute_that_ended_is_not_begun_again_by_a_reboot() -> None:
    state = mute.settled(muted(10), later(10))
    assert state == State()
    assert not holds(state, rebooted(1, NOON_S, is_synchronised=False))


def test_a_schedule_mutes_and_says_until_when() -> None:
    midnight = later(12 * 60)
    found = mute.standing(State(), NIGHT, midnight, UTC)
    assert found == MuteState(muted=True, until_s=NOON_S + 19 * 3600, why="schedule")
    assert not mute.standing(State(), NIGHT, NOON, UTC).muted


def test_an_unmute_within_a_schedule_holds_until_that_stretch_ends() -> None:
    midnight, next_night = later(12 * 60), later(35 * 60)
    opened = mute.asked(State(), Unmute(), NIGHT, midnight, zone=UTC)
    assert not mute.standing(opened, NIGHT, midnight, UTC).muted
    assert not mute.standing(opened, NIGHT, later(18 * 60), UTC).muted
    assert mute.standing(opened, NIGHT, next_night, UTC).muted


def test_a_mute_that_ends_within_a_schedule_goes_on() -> None:
    state = mute.asked(State(), Mute(60), NIGHT, later(9.5 * 60))
    assert mute.standing(state, NIGHT, later(9.5 * 60), UTC).until_s == NOON_S + 19 * 3600


def test_a_schedule_is_looked_at_often() -> None:
    assert mute.next_look_s(State(), NIGHT, NOON, UTC) == mute.LOOK_EVERY_S
    assert mute.next_look_s(State(), NIGHT, later(600 - 1 / 60), UTC) == pytest.approx(1)


def test_the_last_word_of_a_hand_counts() -> None:
    assert mute.standing(mute.asked(muted(), Mute(5), (), NOON), (), NOON).until_s == NOON_S + 300


def test_a_voice_lengthens_a_mute_and_never_shortens_one() -> None:
    assert mute.asked(muted(), Mute(15), (), NOON, why="voice") == muted()
    spoken = mute.asked(muted(5), Mute(15), (), NOON, why="voice")
    assert mute.standing(spoken, (), NOON) == MuteState(
        muted=True, until_s=NOON_S + 900, why="voice"
    )


@pytest.mark.parametrize(
    ("until_s", "words"),
    [
        (0, "until you unmute"),
        (NOON_S + 9000, "until 14:30"),
        (NOON_S + 5 * 86_400, "until Sat 12:00"),
    ],
)
def test_a_person_is_told_until_when(until_s: float, words: str) -> None:
    assert mute.until(MuteState(muted=True, until_s=until_s), NOON_S, UTC) == words


# --- the file ----------------------------------------------------------------------------------


def test_what_is_stored_is_loaded(tmp_path: Path) -> None:
    assert mute.load(tmp_path) == (State(), "")
    mute.store(tmp_path, muted(10))
    assert mute.load(tmp_path) == (muted(10), "")
    assert [path.name for path in tmp_path.iterdir()] == ["mute"]
    assert (tmp_path / "mute").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"said":{"type":"muted"}}',
        b'{"said":null,"more":1}',
        b'{"said":"\xff"}',
        b'{"said":{"type":"\xff"}}',
        b'{"said":' + b"[" * 3000,
        b" " * 10_000,
    ],
)
def test_a_damaged_file_means_muted(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "mute").write_bytes(content)
    state, sentence = mute.load(tmp_path)
    assert mute.standing(state, (), later(1e6)) == MuteState(muted=True)
    assert sentence.startswith(str(tmp_path / "mute"))
    assert sentence.endswith("muted until `offrecord unmute`")


def test_a_file_that_cannot_be_read_means_muted(tmp_path: Path) -> None:
    (tmp_path / "mute").mkdir()
    assert holds(mute.load(tmp_path)[0], NOON)


def test_what_cannot_be_stored_leaves_the_old_state(tmp_path: Path) -> None:
    mute.store(tmp_path, muted())
    (tmp_path / f"mute.{os.getpid()}.new").mkdir()
    with pytest.raises(OSError, match="mute"):
        mute.store(tmp_path, State())
    assert mute.load(tmp_path) == (muted(), "")


def test_the_clocks_of_this_machine() -> None:
    first, second = mute.read_clock(), mute.read_clock()
    assert first.boot == second.boot
    assert 0 < first.since_boot_s <= second.since_boot_s
