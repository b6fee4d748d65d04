"""The units: how exposed each is, that every process has one, that they agree with the seal."""

import shutil
import subprocess
from pathlib import Path

import pytest

from edge import seal
from edge.systemd import wall as systemd_wall

UNITS = sorted(systemd_wall.UNITS.glob("offrecord-*.service"))
OF_PROCESSES = [unit for unit in UNITS if unit.stem != "offrecord-gpio"]
"""Lamp and button handle neither media nor notes."""
MEDIA = ("chamber", "capture")
MOST_EXPOSURE = {"offrecord-chamber.service": 1.0}
"""Of `systemd-analyze security`, from 0 to 10. It counts directives, it proves no escape."""


def directives(unit: Path) -> list[tuple[str, str]]:
    return systemd_wall.directives(unit)


def environment(unit: Path) -> dict[str, str]:
    rows = [value.partition("=") for name, value in directives(unit) if name == "Environment"]
    return {name: value for name, _, value in rows}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_hardly_exposed(unit: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("UNCHECKED: systemd-analyze is not installed: apt install systemd")
    scored = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    exposure = float(scored.split("Overall exposure level for")[1].split(":")[1].split()[0])
    assert exposure <= MOST_EXPOSURE.get(unit.name, 2.0), scored


def test_every_process_has_a_unit() -> None:
    assert {systemd_wall.unit_file(name) for name in seal.PROFILES} <= set(UNITS)


@pytest.mark.parametrize("unit", OF_PROCESSES, ids=lambda unit: unit.stem)
def test_a_unit_and_the_seal_agree_on_the_environment(unit: Path) -> None:
    wanted = seal.environment(unit.stem.removeprefix("offrecord-"))
    assert {n: v for n, v in environment(unit).items() if n in wanted} == wanted


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_nothing_of_a_process_outlives_it_in_a_core_or_in_swap(unit: Path) -> None:
    assert {("LimitCORE", "0"), ("MemorySwapMax", "0")} <= set(directives(unit))


@pytest.mark.parametrize("profile", MEDIA)
def test_what_handles_media_reaches_no_network_and_no_writable_disk(profile: str) -> None:
    rows = set(directives(systemd_wall.unit_file(profile)))
    assert {
        ("PrivateNetwork", "yes"),
        ("RestrictAddressFamilies", "none"),
        ("IPAddressDeny", "any"),
        ("ProtectSystem", "strict"),
        ("ReadOnlyPaths", "/tmp /var/tmp"),  # noqa: S108 (what a unit says)
        ("CapabilityBoundingSet", ""),
    } <= rows


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_says_whether_anybody_has_booted_it(unit: Path) -> None:
    assert "not booted" in unit.read_text("utf-8")


@pytest.mark.parametrize("profile", seal.PROFILES.values(), ids=lambda profile: str(profile.name))
def test_unit_and_seal_agree_on_who_is_ended_first_where_memory_runs_out(
    profile: seal.Profile,
) -> None:
    rows = dict(directives(systemd_wall.unit_file(profile.name)))
    assert int(rows.get("OOMScoreAdjust", 0)) == profile.oom_score_adj
