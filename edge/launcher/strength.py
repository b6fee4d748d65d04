"""Is there strength enough to look as often as usual? Batteries and the board's heat answer.

The launcher reads the board's from /sys once a minute (it is no sealed process, and has no media);
a wearable says its own. Where nobody says anything, there is.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

SYS: Final = Path("/sys/class")
THROTTLED: Final = "devices/platform/soc*/soc*firmware/get_throttled"
"""Of a Raspberry Pi's firmware, beside `SYS`: flags in hexadecimal."""
SLOWED: Final = 1 << 0 | 1 << 2 | 1 << 3
"""Right now: too little voltage, throttled, at the soft limit of temperature."""
EVERY_S: Final = 60.0
LOW_PERCENT: Final = 20
"""Of the battery, while nothing charges it."""
AGAIN_PERCENT: Final = 25
HOT_C: Final = 80.0
"""A Raspberry Pi slows itself down from here on, and stops at 85."""
COOL_C: Final = 74.0

DUMMY_ZONE: Final = "PMIC-Die"
"""A Jetson's thermal zone that says 100 degrees whatever the heat."""


@dataclass(frozen=True, slots=True)
class Board:
    """What a board says of itself; None where it does not."""

    battery_percent: int | None = None
    is_charged: bool = False
    """Whether the battery takes power, or is full."""
    hottest_c: float | None = None
    is_slowed: bool = False
    """Whether its firmware slows it down, for heat or for want of power."""
    worn_percent: int | None = None
    """Of the battery of the wearable that takes the pictures."""


def read(sys: Path = SYS) -> Board:
    """Return how the board is."""
    percent, is_charged = None, False
    for supply in sorted((sys / "power_supply").glob("*")):
        if _word(supply / "type") == "Battery" and _word(supply / "scope") != "Device":
            share = _number(supply / "capacity")
            percent = percent if share is None else round(share)
            is_charged = _word(supply / "status") in {"Charging", "Full", "Not charging"}
    zones = [
        _number(zone / "temp")
        for zone in (sys / "thermal").glob("thermal_zone*")
        if _word(zone / "type") != DUMMY_ZONE
    ]
    degrees = [thousandths / 1000 for thousandths in zones if thousandths is not None]
    return Board(percent, is_charged, max(degrees, default=None), _is_slowed(sys))


def why_weak(board: Board, *, was_weak: bool) -> str:
    """Say why to take it easy, or nothing; who does goes on until there is some room."""
    low_percent = AGAIN_PERCENT if was_weak else LOW_PERCENT
    hot_c = COOL_C if was_weak else HOT_C
    if board.worn_percent is not None and board.worn_percent < low_percent:
        return f"the wearable's battery is at {board.worn_percent} %"
    is_low = board.battery_percent is not None and board.battery_percent < low_percent
    if is_low and not board.is_charged:
        return f"the battery is at {board.battery_percent} %"
    if board.hottest_c is not None and board.hottest_c >= hot_c:
        return f"the board has {board.hottest_c:.0f} °C"
    return "the board is slowed down for heat or want of power" if board.is_slowed else ""


def _is_slowed(sys: Path) -> bool:
    for flags in sys.parent.glob(THROTTLED):
        try:
            return bool(int(_word(flags), 16) & SLOWED)
        except ValueError:
            continue
    return False


def _word(file: Path) -> str:
    try:
        return file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):  # it is not there, or its driver does not answer
        return ""


def _number(file: Path) -> float | None:
    try:
        return float(_word(file))
    except ValueError:
        return None
