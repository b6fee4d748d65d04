"""Processes as units of a real systemd: their walls, read back, and their work behind them."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import booted_systemd
import pytest

from edge import scene, seal, systemd
from edge.systemd import wall as systemd_wall
from models import manifest

ROOT = Path(__file__).parents[3]
CLIP = ROOT / "../shared/data/speech/ps_goforward.flac"
PLACES = (ROOT, Path(sys.prefix), Path(sys.base_prefix), manifest.folder())
PROCESSES = ("runtime", "chamber", "capture")
DATA = "/var/lib/offrecord"
SYSUSERS = shlex.join(["systemd-sysusers", str(ROOT / "deploy/offrecord.sysusers")])


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Sequence[str]:  # type: ignore[misc]
    if why := booted_systemd.missing():
        pytest.skip(why)
    places = (*PLACES, *([CLIP.resolve().parent] if CLIP.exists() else []))
    with booted_systemd.booted(tmp_path_factory.mktemp("machine"), places) as command:
        yield command


@pytest.fixture(scope="module")
def found(inside: Sequence[str]) -> dict[str, Any]:
    if not CLIP.exists():
        pytest.skip("UNCHECKED: the shared clips are absent")
    program = [
        sys.executable,
        str(ROOT / "tests/edge/systemd/unit_children.py"),
        str(CLIP.resolve()),
    ]
    ended = subprocess.run(
        [*inside, "sh", "-c", f"{SYSUSERS}; mkdir {DATA} && exec {shlex.join([*program, DATA])}"],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "OFFRECORD_MODELS": str(manifest.folder()),
        },
        check=False,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert ended.returncode == 0, ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout)
    return said


def test_a_run_whose_processes_are_units_understands_what_it_hears(found: dict[str, Any]) -> None:
    assert found["texts"] == ["go forward 10 meters."]
    assert found["codes"] == {"runtime": 0, "chamber": 0, "capture": 0}


@pytest.mark.parametrize("profile", PROCESSES)
def test_a_running_unit_has_every_wall_of_its_file(found: dict[str, Any], profile: str) -> None:
    child = found["children"][profile]
    assert child["wall"]["problems"] == []
    assert child["wall"]["unit"].startswith(f"offrecord-{profile}-test-")
    assert set(child["powers"]) == {"0" * 16}


@pytest.mark.parametrize("profile", PROCESSES)
def test_the_seal_is_whole_inside_a_unit(found: dict[str, Any], profile: str) -> None:
    inspection = found["children"][profile]["inspection"]
    assert (inspection["problems"], inspection["unchecked"]) == ([], [])


INSTALL = r"""
set -e
rm -rf /var/lib/offrecord  # of the run before, which had another key
systemd-sysusers "$1/deploy/offrecord.sysusers"
cp "$1/deploy/offrecord-launcher.service" /etc/systemd/system/
mkdir /etc/systemd/system/offrecord-launcher.service.d
cat > /etc/systemd/system/offrecord-launcher.service.d/here.conf
systemctl daemon-reload
systemctl start offrecord-launcher.service || true
cat /run/said
"""
HERE = """
[Service]
Type=oneshot
Restart=no
ExecStart=
ExecStart={python} -m edge.cli run --audio {sound} --fast --json
BindReadOnlyPaths={places}
Environment=OFFRECORD_MODELS={models} PYTHONPATH={root}
StandardOutput=truncate:/run/said
StandardError=append:/run/said
"""


def test_the_launchers_unit_carries_a_whole_run(inside: Sequence[str]) -> None:
    drop_in = HERE.format(
        python=sys.executable,
        sound=scene.load(scene.folder("demo")).audio,
        places=" ".join(map(str, PLACES)),
        models=manifest.folder(),
        root=ROOT,
    )
    ended = subprocess.run(
        [*inside, "sh", "-c", INSTALL, "sh", str(ROOT)],
        input=drop_in,
        check=False,
        capture_output=True,
        text=True,
        timeout=180,
    )
    lines = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
    assert lines, ended.stdout + ended.stderr
    assert lines[-1]["type"] == "Summary", lines[-1]
    assert lines[-1]["counter"] == "equal"


def test_a_process_in_no_unit_has_no_wall() -> None:
    wall = systemd_wall.read_back(os.getpid(), "chamber")
    assert not wall.stands


def test_a_wall_that_is_missing_is_named() -> None:
    file = systemd_wall.merged(systemd_wall.directives(systemd_wall.unit_file("chamber")))
    lacking = systemd_wall.wall(file, {**file, "PrivateNetwork": "no", "SystemCallFilter": "~"})
    assert [sentence.split()[0] for sentence in lacking] == ["PrivateNetwork", "SystemCallFilter"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("RestrictAddressFamilies", "AF_UNIX"),
        ("RestrictAddressFamilies", "~"),
        ("CapabilityBoundingSet", "cap_sys_ptrace"),
        ("SystemCallFilter", "read write ptrace"),
        ("MemorySwapMax", "infinity"),
        ("IPAddressDeny", "127.0.0.0/8"),
        ("TemporaryFileSystem", "/var:ro"),
    ],
)
def test_less_than_the_file_is_no_wall(name: str, shown: str) -> None:
    file = systemd_wall.merged(systemd_wall.directives(systemd_wall.unit_file("chamber")))
    assert len(systemd_wall.wall({name: file[name]}, {name: shown})) == 1


def test_a_directive_that_this_systemd_does_not_know_is_no_wall() -> None:
    assert systemd_wall.wall({"ProtectSun": "yes"}, {}) == ["this systemd does not know ProtectSun"]


def test_what_stage_0_may_read_in_a_home_is_bound_but_never_a_whole_home() -> None:
    stage0 = seal.stage0("runtime", ["/bin/true"], readable=["/home/a/models"])
    command = systemd.command("name", "runtime", stage0, {"OFFRECORD_MODELS": "/models"})
    bound = [part for part in command if part.startswith("--property=BindReadOnlyPaths=")]
    assert bound == ["--property=BindReadOnlyPaths=/home/a/models"]
    assert '--property=Environment="OFFRECORD_MODELS=/models"' in command
    assert "--parent=1" in command
