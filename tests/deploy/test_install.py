"""The installer in a clean Debian with a booted systemd: a service that runs, and then no trace."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "edge/systemd"))
import booted_systemd

ROOT = Path(__file__).parents[2]
CLEAN = Path("/var/cache/offrecord-tests/debian")
BASE = "ca-certificates,dbus,systemd,systemd-sysv"
SOURCE = "/root/offrecord"
OF_THE_SYSTEM = ("/dev", "/proc", "/run", "/sys", "/tmp", "/var/cache", "/var/log")  # noqa: S108

pytestmark = pytest.mark.long


def needed() -> str:
    """Return why this cannot be tried here; empty if it can."""
    if not shutil.which("debootstrap"):
        return "UNCHECKED: debootstrap is not installed: apt install debootstrap"
    return booted_systemd.missing()


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[str]]:
    """Yield how to run something in a clean Debian that has this checkout and nothing else."""
    if why_not := needed():
        pytest.skip(why_not)
    if not (CLEAN / "usr/lib/systemd/systemd").exists():
        command = ["debootstrap", "--variant=minbase", f"--include={BASE}", "bookworm", CLEAN]
        CLEAN.mkdir(parents=True, exist_ok=True)
        subprocess.run(command, check=True, timeout=1800)
    with booted_systemd.booted(tmp_path_factory.mktemp("machine"), [], CLEAN) as command:
        given = {  # how this machine reaches its package registries, and whom it trusts
            Path("/etc/resolv.conf"): "/etc/resolv.conf",
            Path("/etc/ssl/certs/ca-certificates.crt"): "/etc/ssl/certs/ca-certificates.crt",
        }
        for there, here in given.items():
            put(command, there.read_bytes(), here)
        tracked = [
            "git",
            "-C",
            ROOT,
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]
        listed = subprocess.run(tracked, check=True, capture_output=True).stdout
        packed = ["tar", "-C", ROOT, "--null", "-T", "-", "--ignore-failed-read", "-c"]
        archive = subprocess.run(packed, input=listed, check=True, capture_output=True).stdout
        subprocess.run([*command, "mkdir", "-p", SOURCE], check=True)
        subprocess.run([*command, "tar", "-C", SOURCE, "-x"], input=archive, check=True)
        yield command


def put(inside: Sequence[str], content: bytes, path: str) -> None:
    subprocess.run([*inside, "sh", "-c", f"rm -f {path}; cat > {path}"], input=content, check=True)


def done(inside: Sequence[str], *command: str, code: int = 0) -> str:
    """Run something inside; return what it said."""
    passed = {n: v for n, v in os.environ.items() if n.startswith(("PIP_", "SSL_"))}
    environment = {
        **passed,
        "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
    }
    ended = subprocess.run(
        [*inside, *command],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def files(inside: Sequence[str]) -> set[str]:
    """Return every path of the system, but for what any system changes by itself."""
    pruned = " -o ".join(f"-path {each}" for each in OF_THE_SYSTEM)
    return set(
        done(inside, "sh", "-c", f"find / -xdev \\( {pruned} \\) -prune -o -print").split("\n")
    )


def sealed(inside: Sequence[str]) -> dict[str, str]:
    """Return each process' level, once all of them are born."""
    for _ in range(60):
        state = json.loads(done(inside, "offrecord", "status", "--json"))
        levels = {each["process"]: each["level"] for each in state["processes"]}
        if None not in levels.values():
            return levels
        time.sleep(1)
    pytest.fail(f"not all of them were checked within a minute: {levels}")


def test_a_clean_debian_gets_a_sealed_service_and_gives_it_back(inside: Sequence[str]) -> None:
    before = files(inside)
    install = f"{SOURCE}/deploy/install.sh"
    said = done(inside, install, "--run", "--wearable 8765")
    assert "the service is active" in said

    levels = sealed(inside)
    assert {"chamber", "runtime", "firmware_bridge"} <= set(levels)
    assert set(levels.values()) == {"A"}
    audit = json.loads(done(inside, "offrecord", "audit", "--json"))
    assert [each for each in audit["checks"] if each["result"] == "fail"] == []

    again = done(inside, install)
    assert "building" not in again
    assert "the service is active" in again

    done(inside, "sh", "-c", f"echo '# another' >> {SOURCE}/README.md")
    newer = done(inside, install)
    assert "building" in newer
    now = done(inside, "readlink", "/opt/offrecord/current")
    assert "back to" in done(inside, install, "rollback")
    assert done(inside, "readlink", "/opt/offrecord/current") != now

    assert "the notes stay" in done(inside, install, "uninstall")
    assert "removed, with its notes" in done(inside, install, "uninstall", "--purge")
    assert "offrecord" not in done(inside, "cat", "/etc/passwd", "/etc/group")
    left = {each for each in files(inside) - before if "offrecord" in each}
    assert {each for each in left if not each.startswith(SOURCE)} == set()


def test_what_is_wrong_is_one_sentence(inside: Sequence[str]) -> None:
    install = f"{SOURCE}/deploy/install.sh"
    assert "there is no 'frobnicate' here" in done(inside, install, "frobnicate", code=1)
    assert "there is no earlier release here" in done(inside, install, "rollback", code=1)
    assert "cannot be read" in done(inside, install, "--bundle", "/none", code=1)
    nobody = ["setpriv", "--reuid", "65534", "--clear-groups", "sh"]
    copied = "/var/cache/install.sh"  # where nobody can read it
    put(inside, done(inside, "cat", install).encode(), copied)
    assert "start it with sudo" in done(inside, *nobody, copied, code=1)
