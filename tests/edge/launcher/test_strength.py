"""When does a board take it easy?"""

from pathlib import Path

import pytest

from edge.launcher.strength import Board, read, why_weak


def board(sys: Path, **files: str) -> Board:
    """Write what a kernel tells, `__` for a slash, and read it."""
    for name, content in files.items():
        file = sys / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return read(sys)


def test_a_board_without_battery_and_thermometer_is_strong(tmp_path: Path) -> None:
    assert board(tmp_path) == Board()
    assert not why_weak(Board(), was_weak=False)


def test_battery_and_heat_are_read(tmp_path: Path) -> None:
    found = board(
        tmp_path,
        power_supply__BAT0__type="Battery\n",
        power_supply__BAT0__capacity="17\n",
        power_supply__BAT0__status="Discharging\n",
        power_supply__AC__type="Mains\n",
        thermal__thermal_zone0__temp="46500\n",
        thermal__thermal_zone1__temp="82100\n",
    )
    assert found == Board(17, hottest_c=82.1)


def test_a_mouses_battery_is_not_the_boards(tmp_path: Path) -> None:
    found = board(
        tmp_path,
        power_supply__mouse__type="Battery",
        power_supply__mouse__scope="Device",
        power_supply__mouse__capacity="3",
    )
    assert found.battery_percent is None


def test_a_jetsons_zone_that_always_says_100_degrees_does_not_count(tmp_path: Path) -> None:
    found = board(
        tmp_path,
        thermal__thermal_zone0__temp="46500\n",
        thermal__thermal_zone1__type="PMIC-Die\n",
        thermal__thermal_zone1__temp="100000\n",
    )
    assert found.hottest_c == 46.5


@pytest.mark.parametrize(
    ("flags", "weak"),
    [("0", False), ("50000", False), ("50005", True), ("80008", True), ("1\n", True), ("?", False)],
)
def test_a_pi_that_slows_itself_down_is_weak(tmp_path: Path, flags: str, weak: bool) -> None:
    firmware = tmp_path / "devices/platform/soc/soc:firmware"
    firmware.mkdir(parents=True)
    (firmware / "get_throttled").write_text(flags)
    assert bool(why_weak(read(tmp_path / "class"), was_weak=False)) is weak


@pytest.mark.parametrize(
    ("now", "was_weak", "weak"),
    [
        (Board(19), False, True),
        (Board(22), False, False),
        (Board(22), True, True),
        (Board(5, is_charged=True), True, False),
        (Board(90, hottest_c=80.0), False, True),
        (Board(90, hottest_c=76.0), False, False),
        (Board(90, hottest_c=76.0), True, True),
        (Board(90, worn_percent=19), False, True),
        (Board(90, worn_percent=22), False, False),
        (Board(90, worn_percent=22), True, True),
    ],
)
def test_it_takes_it_easy_until_there_is_some_room(now: Board, was_weak: bool, weak: bool) -> None:
    assert bool(why_weak(now, was_weak=was_weak)) is weak
