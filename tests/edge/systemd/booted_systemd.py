"""A systemd of the tests' own: booted in namespaces that end with it, over a copy of the root.

Nothing of it reaches the machine: its files are an overlay in memory, its processes, mounts and
groups are its own. It needs root, and a kernel and container that allow namespaces and overlays.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

SYSTEMD = Path("/usr/lib/systemd/systemd")
BOOTED_WITHIN_S = 60.0
_BOOT = r"""
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 none "$1"
cd "$1"
mkdir upper work root
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" root
cd root
shift 2
for place in "$@"; do  # it may lie on another file system, which the overlay does not show
    mkdir -p ".$place"
    mount --bind "$place" ".$place"
done
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 none run
mount -t tmpfs -o mode=755 none dev
mkdir dev/shm dev/pts
mount -t tmpfs none dev/shm
mount -t devpts -o newinstance none dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for node in null zero full random urandom tty; do
    touch dev/$node
    mount --bind /dev/$node dev/$node
done
rm -rf etc/systemd/system
mkdir -p etc/systemd/system old
printf '[Unit]\nRequires=dbus.socket\n' > etc/systemd/system/small.target
pivot_root . old
umount -l /old
exec env -i container=other PATH=/usr/bin:/bin:/usr/sbin:/sbin \
    /usr/lib/systemd/systemd --system --unit=small.target --log-target=null --show-status=no
"""
# A process enters its group before it makes a group namespace, whose root that is then.
_ENTER = """
echo $$ > "$1/cgroup.procs"
shift
exec unshare --mount --pid --fork --ipc --uts --cgroup --kill-child sh -c "$@"
"""


def missing() -> str:
    """Return why no systemd can be booted here, empty when one can."""
    if os.geteuid() != 0:
        return "only root can boot a systemd of its own"
    if not (SYSTEMD.exists() and shutil.which("dbus-daemon") and shutil.which("systemd-run")):
        return "UNCHECKED: systemd is not installed: apt install systemd dbus"
    if _groups() is None:
        return "no control groups of version 2 may be made here"
    return ""


@contextmanager
def booted(
    scratch: Path, places: Collection[Path], root: Path = Path("/")
) -> Iterator[Sequence[str]]:
    """Boot it over a root; yield the beginning of a command line that runs a command in it.

    `places` are folders that it must see where they are.
    """
    groups = _groups()
    assert groups
    group = groups / f"offrecord-test-{os.getpid()}"
    group.mkdir()
    machine = subprocess.Popen(
        ["sh", "-c", _ENTER, "sh", group, _BOOT, "sh", scratch, root, *places],
        stderr=subprocess.PIPE,
    )
    try:
        yield ["nsenter", "-t", str(_init(machine)), "-m", "-p", "-i", "-u", "-C", "-r", "-w"]
    finally:
        machine.send_signal(signal.SIGKILL)
        machine.communicate()
        _remove(group)


def _init(machine: "subprocess.Popen[bytes]") -> int:
    """Return the process id of the systemd that has booted; skip where it does not."""
    children = Path(f"/proc/{machine.pid}/task/{machine.pid}/children")
    deadline_s = time.monotonic() + BOOTED_WITHIN_S
    while time.monotonic() < deadline_s and machine.poll() is None:
        init = children.read_text().strip()
        if init and _answers(int(init)):
            return int(init)
        time.sleep(0.1)
    machine.kill()
    _, words = machine.communicate()
    pytest.skip(f"no systemd boots here: {words.decode()[-200:]}")


def _answers(init: int) -> bool:
    asked = subprocess.run(
        [
            "nsenter",
            "-t",
            str(init),
            "-m",
            "-p",
            "-C",
            "-r",
            "-w",
            "systemctl",
            "is-system-running",
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    return asked.stdout.strip() in {"running", "degraded"}


def _groups() -> Path | None:
    """Return where groups of version 2 can be made."""
    for place in (Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup")):
        if (place / "cgroup.controllers").exists() and os.access(place, os.W_OK):
            return place
    return None


def _remove(group: Path) -> None:
    """Remove a group and those in it, once their processes have ended."""
    deadline_s = time.monotonic() + BOOTED_WITHIN_S
    inner = sorted((p for p in group.rglob("*") if p.is_dir()), key=lambda p: -len(p.parts))
    for folder in (*inner, group):
        while folder.exists():
            try:
                folder.rmdir()
            except OSError:
                assert time.monotonic() < deadline_s, f"{folder} is still in use"
                time.sleep(0.05)
