"""What a child has given up before its own program starts."""

import ast
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from sealing import READABLE, ROOT, started

from edge import seal

STATUS = 'print(open("/proc/self/status").read())'


def run(code: str, **options: Sequence[Path]) -> subprocess.CompletedProcess[str]:
    """Run Python behind stage 0 as a chamber."""
    readable = (*READABLE, *options.pop("readable", ()))
    argv = seal.stage0("chamber", [sys.executable, "-c", code], readable=readable, **options)
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def status_of(child: subprocess.CompletedProcess[str]) -> dict[str, str]:
    lines = (line.partition(":") for line in child.stdout.splitlines())
    return {name: value.strip() for name, _, value in lines}


def test_a_child_can_gain_no_privileges() -> None:
    assert status_of(run(STATUS))["NoNewPrivs"] == "1"


def test_a_child_keeps_no_power_but_roots_over_files() -> None:
    status = status_of(run(STATUS))
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == (os.geteuid() == 0) * 0b110


def test_a_child_leaves_no_core() -> None:
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    assert ast.literal_eval(run(code).stdout) == (0, 0)


def test_a_child_reads_what_was_named_and_writes_nothing(tmp_path: Path) -> None:
    if not seal.walls().landlock_abi:
        pytest.skip("this kernel has no Landlock")
    for name in ("named", "unnamed"):
        (tmp_path / name).touch()
    code = f"import os; os.chdir('/'); open({str(tmp_path / 'named')!r}); print('read', flush=True)"
    child = run(f"{code}; open({str(tmp_path / 'unnamed')!r})", readable=[tmp_path / "named"])
    assert child.stdout == "read\n"
    assert "PermissionError" in child.stderr
    child = run(f"open({str(tmp_path / 'named')!r}, 'a')", readable=[tmp_path / "named"])
    assert "PermissionError" in child.stderr


def test_a_place_that_does_not_exist_is_one_sentence(tmp_path: Path) -> None:
    child = run("", readable=[tmp_path / "gone"])
    assert child.returncode == 1
    if seal.walls().landlock_abi:
        assert child.stderr == f"cannot start: {tmp_path / 'gone'} does not exist\n"


def test_a_child_of_somebody_else_does_not_start() -> None:
    argv = seal.stage0("chamber", [sys.executable, "-c", ""], readable=READABLE)
    through_a_shell = ["sh", "-c", '"$@"; exit $?', "sh", *argv]
    child = subprocess.run(through_a_shell, capture_output=True, text=True, check=False)
    assert child.stderr == "cannot start: the launcher has gone\n"


def test_a_child_dies_with_its_launcher() -> None:
    launcher = """
import subprocess, sys, time
sys.path.insert(0, "tests/edge/seal")
from sealing import started
with started("seal_leaks.py", "nothing") as child:
    child.stdout.readline()
    print(child.pid, flush=True)
    time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", launcher], cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as process:
        assert process.stdout
        child = os.pidfd_open(int(process.stdout.readline()))
        process.send_signal(signal.SIGKILL)
    ended, _, _ = select.select([child], [], [], 10)
    os.close(child)
    assert ended


def test_what_is_named_for_a_camera_with_an_address_is_its_port_alone() -> None:
    if seal.walls().landlock_abi < 4:
        pytest.skip("this kernel's Landlock knows no TCP")
    code = "import socket; s = socket.socket(); print(s.connect_ex(('127.0.0.1', {})))"
    argv = seal.stage0(
        "capture", [sys.executable, "-c", code.format(9)], readable=READABLE, ports=[9]
    )
    refused_by_nobody_there = subprocess.run(argv, capture_output=True, text=True, check=True)
    other = [word.replace("('127.0.0.1', 9)", "('127.0.0.1', 10)") for word in argv]
    refused_by_landlock = subprocess.run(other, capture_output=True, text=True, check=True)
    assert refused_by_nobody_there.stdout == "111\n"
    assert refused_by_landlock.stdout == "13\n"


def test_the_environment_keeps_libraries_quiet_and_memory_clean() -> None:
    added = seal.environment()
    assert added["ORT_DISABLE_TELEMETRY"] == "1"
    assert "perturb=165" in added["GLIBC_TUNABLES"]
    assert "tcache_count=0" in added["GLIBC_TUNABLES"]


def test_walls_say_what_this_kernel_has() -> None:
    walls = seal.walls()
    assert walls.seccomp
    assert walls.landlock_abi >= 0
    with started("seal_leaks.py", "nothing") as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
