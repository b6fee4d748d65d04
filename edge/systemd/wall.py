"""Does the unit that a child runs in have the walls of its file? Read back, not believed.

The walls of a process are the properties of `deploy/offrecord-PROCESS.service`, and stand nowhere
else. Level B is claimed of a running unit that was read back, never of a file.
"""

import errno
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

UNITS: Final = Path(__file__).parents[2] / "deploy"
ANSWER_WITHIN_S: Final = 30.0
Properties = Mapping[str, str]
"""Directive -> value; of a directive that is repeated, the values joined by a space."""


@dataclass(frozen=True, slots=True)
class Wall:
    """What was found of a running unit."""

    unit: str
    problems: tuple[str, ...]
    """Each one sentence. With any of them there is no wall."""
    unchecked: tuple[str, ...]

    @property
    def stands(self) -> bool:
        """Whether level B may be claimed."""
        return not (self.problems or self.unchecked)


def unit_file(profile: str) -> Path:
    """Return the file that says what the unit of a process has."""
    return UNITS / f"offrecord-{profile.replace('_', '-')}.service"


def directives(file: Path) -> list[tuple[str, str]]:
    """Return what stands under [Service], in its order, without the command."""
    _, _, service = file.read_text("utf-8").partition("[Service]\n")
    lines = service.partition("\n[")[0].splitlines()
    rows = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return [(name, value) for name, _, value in rows if name not in {"ExecStart", "Type"}]


def unit_of(pid: int) -> str:
    """Return the unit that a process runs in by the kernel's word, empty for none."""
    try:
        groups = Path(f"/proc/{pid}/cgroup").read_text("utf-8").splitlines()
    except OSError:
        return ""
    paths = [
        line.split(":", 2)[2] for line in groups if line.startswith("0::") or "systemd" in line
    ]
    names = [re.findall(r"/([^/]+\.(?:service|scope))", path) for path in paths]
    return next((found[-1] for found in names if found), "")


def read_back(pid: int, profile: str) -> Wall:
    """Compare a running unit with its file: by what systemd says, and by what the kernel does."""
    unit = unit_of(pid)
    if not unit:
        return Wall("", (f"process {pid} runs in no unit",), ())
    file = merged(directives(unit_file(profile)))
    try:
        asked = subprocess.run(  # noqa: S603 (no shell)
            ["systemctl", "show", f"--property=MainPID,ControlGroup,{','.join(file)}", "--", unit],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
            timeout=ANSWER_WITHIN_S,
        )
    except (OSError, subprocess.SubprocessError):
        return Wall(unit, (), ("systemd does not answer",))
    shown = merged(
        [(n, v) for n, _, v in (line.partition("=") for line in asked.stdout.splitlines())]
    )
    problems = wall(file, shown)
    if shown.get("MainPID") != str(pid):
        problems.append(f"{unit} is not the unit of process {pid} alone")
    more, unchecked = _kernel_facts(pid, file, shown.get("ControlGroup", ""))
    return Wall(unit, (*problems, *more), tuple(unchecked))


def merged(rows: Sequence[tuple[str, str]]) -> Properties:
    """Join what is repeated."""
    found: dict[str, str] = {}
    for name, value in rows:
        found[name] = f"{found[name]} {value}" if name in found else value
    return found


def wall(file: Properties, shown: Properties) -> list[str]:
    """Say what a running unit lacks of its file."""
    lacking: list[str] = []
    for name, wanted in file.items():
        if name not in shown:
            lacking.append(f"this systemd does not know {name}")
        elif not _HOLDS.get(name, _same_words)(wanted, shown[name]):
            lacking.append(f"{name} is not {wanted!r} but {shown[name][:80]!r}")
    return lacking


_SPELLED_OUT: Final = {
    "any": "0.0.0.0/0 ::/0",
    "localhost": "127.0.0.0/8 ::1/128",
    "link-local": "169.254.0.0/16 fe80::/64",
    "multicast": "224.0.0.0/4 ff00::/8",
    "none": "",
    **{name: str(number) for number, name in errno.errorcode.items()},
}
_TRUE: Final = {"true": "yes", "on": "yes", "1": "yes", "false": "no", "off": "no", "0": "no"}
NEVER_CALLED: Final = frozenset(
    {
        *("mount", "umount2", "pivot_root", "setns", "setuid", "setgroups", "swapon", "reboot"),
        *("ptrace", "process_vm_readv", "bpf", "perf_event_open", "init_module", "finit_module"),
        *("io_uring_setup", "memfd_create", "userfaultfd", "add_key", "keyctl"),
    }
)
"""None of these may be in what a unit's filter allows."""
PSEUDO_DEVICES: Final = frozenset({"char-rtc r"})
"""`ProtectClock=` adds it."""


def _words(value: str) -> set[str]:
    return set(" ".join(_SPELLED_OUT.get(word, word) for word in value.split()).split())


def _same_words(wanted: str, shown: str) -> bool:
    return _words(wanted) == _words(shown) or wanted == _TRUE.get(shown, shown)


def _all_of(wanted: str, shown: str) -> bool:
    return _words(wanted) <= _words(shown.replace('"', ""))


def _no_more_than(wanted: str, shown: str) -> bool:
    return _words(shown) <= _words(wanted)


def _is_closed_filter(_wanted: str, shown: str) -> bool:
    allowed = set(shown.split())
    return bool(allowed) and not shown.startswith("~") and not allowed & NEVER_CALLED


def _no_more_devices(wanted: str, shown: str) -> bool:
    named = set(re.findall(r"\S+ [rwm]+", shown))
    return named <= set(re.findall(r"\S+ [rwm]+", wanted)) | PSEUDO_DEVICES


_HOLDS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "Environment": _all_of,
    "InaccessiblePaths": _all_of,
    "ReadOnlyPaths": _all_of,
    "TemporaryFileSystem": _all_of,
    "IPAddressAllow": _no_more_than,
    "SystemCallFilter": _is_closed_filter,
    "DeviceAllow": _no_more_devices,
}
"""How a directive's value is compared where not by its words."""


def _kernel_facts(pid: int, file: Properties, group: str) -> tuple[list[str], list[str]]:
    """Return problems and what could not be checked: a property may be set and have no effect."""
    problems: list[str] = []
    unchecked: list[str] = []
    if file.get("PrivateNetwork") == "yes":
        try:
            if Path(f"/proc/{pid}/ns/net").readlink() == Path("/proc/self/ns/net").readlink():
                problems.append("it shares our network")
        except OSError:
            unchecked.append("network: the kernel does not tell")
    swap = Path(f"/sys/fs/cgroup{group}/memory.swap.max")
    try:
        if file.get("MemorySwapMax") == "0" and swap.read_text("utf-8").strip() != "0":
            problems.append("its memory may be swapped")
    except OSError:
        unchecked.append("swap: this kernel gives the unit no memory controller")
    return problems, unchecked
