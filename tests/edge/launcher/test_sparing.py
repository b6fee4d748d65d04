"""A battery that runs low halves the pictures, and says so; one that is charged has them back."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from edge.capture import wishes
from edge.launcher.sparing import AS_USUAL, Sparing
from edge.messages import WearableState

LOW = "the wearable's battery is at 15 %: pictures are taken half as often"


def worn(percent: int, *, connected: bool = True) -> WearableState:
    return WearableState("pendant", connected, percent)


class Kept:
    """What a person was told, and who takes pictures."""

    def __init__(self, sys: Path, *, is_seen_by_wearable: bool = True) -> None:
        self.told: list[str] = []
        self.wished: list[bytes] = []
        self.sparing = Sparing(
            self.told.append,
            self.wished.append,
            is_seen_by_wearable=is_seen_by_wearable,
            sys=sys / "class",
        )

    def lives(self, *steps: Callable[[], None]) -> None:
        async def live() -> None:
            for step in steps:
                step()

        asyncio.run(live())


def test_a_wearable_s_low_battery_is_said_once_and_charged_forgotten(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    for state in (worn(60), worn(15), worn(14), worn(-1), worn(-1, connected=False)):
        kept.sparing.worn(state)
    assert kept.told == [LOW]
    kept.sparing.worn(worn(22))  # some room is left before it counts as charged
    assert kept.sparing.why.startswith("the wearable's battery is at 22 %")
    kept.sparing.worn(worn(25))
    assert (kept.told[1:], kept.sparing.why) == ([AS_USUAL], "")
    assert kept.wished == [wishes.SELDOM, wishes.AS_USUAL]


def test_a_wearable_that_takes_no_pictures_spares_nothing_by_them(tmp_path: Path) -> None:
    kept = Kept(tmp_path, is_seen_by_wearable=False)
    kept.sparing.worn(worn(15))
    assert kept.told == kept.wished == []


def test_a_board_that_is_hot_and_a_wearable_that_is_low_are_one_reason_after_another(
    tmp_path: Path,
) -> None:
    zone = tmp_path / "class/thermal/thermal_zone0/temp"
    zone.parent.mkdir(parents=True)
    zone.write_text("82000\n")
    kept = Kept(tmp_path)
    kept.lives(kept.sparing.look, lambda: kept.sparing.worn(worn(15)))
    assert kept.told == ["the board has 82 °C: pictures are taken half as often"]
    assert kept.sparing.why == LOW
    zone.write_text("40000\n")
    kept.lives(kept.sparing.look)
    assert kept.sparing.why == LOW
    kept.sparing.worn(worn(80))
    assert kept.wished == [wishes.SELDOM, wishes.AS_USUAL]
