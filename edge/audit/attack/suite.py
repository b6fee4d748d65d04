"""Does the seal hold against everything that we could think of? The attack suite, run for a user.

For each profile a throw-away process is born and sealed as the real ones are, and tries every way
out (`edge/audit/attack/`). Only what `wanted.WANTED` documents may work. The suite can
fail: `without="seccomp"` leaves the first wall away, and the same attempts then show the holes.
"""

import contextlib
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge import seal
from edge.audit import Check
from edge.audit.attack.child import LAST_LINE, attempts
from edge.audit.attack.files import Planted
from edge.audit.attack.system_calls import PAGE
from edge.audit.attack.traces import Traces, take_away
from edge.audit.attack.wanted import WITH_ALL_OF_LANDLOCK, verdict
from edge.launcher.births import PROGRAMS_READ
from edge.seal.birth import landlock_abi
from edge.seal.descriptors import WRITABLE_FILE
from edge.seal.inspection import Inspection
from edge.seal.profiles import CONNECTION, PIPE

DEADLINE_S: Final = 60.0
"""For all attempts of one process; they take less than one second."""
HAS_A_SECOND_SET: Final = os.uname().machine == "x86_64"
ANYWHERE: Final = -100
"""As a key of allowed descriptors: at any number, beside those of the row."""


@dataclass(frozen=True, slots=True)
class Attack:
    """What one throw-away process tried, and how it stood and ended."""

    profile: str
    without: str
    token: str
    """Part of every name that it could leave behind."""
    answers: Mapping[str, int]
    """Attempt -> 0 where it worked, -1 where there is no such call, else the kernel's error."""
    cut_short: str
    """Why it did not try everything; empty when it did."""
    inspection: Inspection
    """From outside, with what was planted allowed."""
    strict_inspection: Inspection
    """From outside, with only that open which the profile's row names."""
    planted: tuple[int, ...]
    """Descriptors that the second inspection must name."""
    left_behind: tuple[str, ...]
    exit_status: int
    """After the call that kills."""
    seconds: float


def checks(profiles: Sequence[str] = tuple(seal.PROFILES), without: str = "") -> list[Check]:
    """Attack each profile's seal; return a check an attempt, and what was seen from outside.

    `without` is for tests: `seccomp` or `landlock` leaves that wall away.
    """
    return [check for profile in profiles for check in judged(attack(profile, without=without))]


def attack(profile: str, *, without: str = "") -> Attack:
    """Start a throw-away process of this profile, let it try everything, and clean up."""
    began_s = time.monotonic()
    token = secrets.token_hex(4)
    with (
        tempfile.TemporaryDirectory(prefix=f"offrecord-{token}-") as folder,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        target, own = Path(folder, "target"), Path(folder, "own")
        for file_beside in (target, target.with_name("target.spare")):
            file_beside.write_bytes(bytes(PAGE))
        own.mkdir()
        with target.open("r+b", buffering=0) as file:
            planted = Planted(file.fileno(), udp.fileno(), -1, str(target), str(own), token)
            before = Traces.of(target, planted)
            with _started(profile, without, planted) as process:
                answers, cut_short = _heard(process, list(attempts(planted, without)))
                lenient, strict = _looked_at(process.pid, profile, planted)
                _end(process, kill=bool(cut_short))
        may_write = seal.PROFILES[profile].descriptors is None
        left = before.changes_since(Traces.of(target, planted), may_write=may_write)
        take_away(planted)
    return Attack(
        profile=profile,
        without=without,
        token=token,
        answers=answers,
        cut_short=cut_short,
        inspection=lenient,
        strict_inspection=strict,
        planted=_foreign(profile, planted),
        left_behind=left,
        exit_status=process.returncode,
        seconds=time.monotonic() - began_s,
    )


def _started(profile: str, without: str, planted: Planted) -> subprocess.Popen[bytes]:
    words = (without, planted.file, planted.udp, planted.target, planted.own, planted.token)
    argv = [sys.executable, "-m", "edge.audit.attack.child", profile, *map(str, words)]
    if without != "landlock":
        writable = (planted.own,) if seal.PROFILES[profile].descriptors is None else ()
        argv = seal.stage0(profile, argv, readable=PROGRAMS_READ, writable=writable)
    return subprocess.Popen(  # noqa: S603 (our own program, no shell)
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=(planted.file, planted.udp),
        env={**os.environ, **seal.environment()},
        process_group=0,
    )


def _heard(process: subprocess.Popen[bytes], names: Sequence[str]) -> tuple[dict[str, int], str]:
    """Return the answers, and where and why they stopped if not at the end."""
    answers: dict[str, int] = {}
    try:
        answers.update(_answers(process))
        if len(answers) == len(names):
            return answers, ""
        reason = _last_words(process)
    except TimeoutError:
        reason = f"no answer after {DEADLINE_S:.0f} s"
    return answers, f"{names[len(answers)]}: {reason}"


def _answers(process: subprocess.Popen[bytes]) -> Iterator[tuple[str, int]]:
    """Yield what the process says, to its last line; raise TimeoutError when it is stuck."""
    assert process.stdout
    end_s, rest = time.monotonic() + DEADLINE_S, b""
    while select.select([process.stdout], [], [], max(0.0, end_s - time.monotonic()))[0]:
        piece = os.read(process.stdout.fileno(), 1 << 16)
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line == LAST_LINE:
                return
            name, code = json.loads(line)
            yield str(name), int(code)
        if not piece:
            return
    raise TimeoutError


def _last_words(process: subprocess.Popen[bytes]) -> str:
    """Return why a process that answers no more has ended."""
    assert process.stderr
    words = process.stderr.read().decode("utf-8", "replace").split("\n")
    said = [line.strip() for line in words if line.strip()]
    status = process.wait()
    if said:
        return said[-1]
    if status < 0:
        return f"it was ended by {signal.Signals(-status).name}"
    return f"it ended with status {status}"


def _looked_at(pid: int, profile: str, planted: Planted) -> tuple[Inspection, Inspection]:
    """Look at it from outside: with what was planted allowed, and with only its row."""
    row = seal.PROFILES[profile].descriptors
    left_open = {planted.file: WRITABLE_FILE, planted.udp: CONNECTION, ANYWHERE: PIPE}
    allowed = None if row is None else {**row, **left_open}
    return seal.inspect(pid, profile, allowed_fds=allowed), seal.inspect(pid, profile)


def _foreign(profile: str, planted: Planted) -> tuple[int, ...]:
    """Return which planted descriptors are none that the profile may have."""
    row = seal.PROFILES[profile].descriptors
    kinds = {planted.file: WRITABLE_FILE, planted.udp: CONNECTION}
    return tuple(n for n, kind in kinds.items() if row is not None and kind not in row.values())


def _end(process: subprocess.Popen[bytes], *, kill: bool) -> None:
    """Let it make the call that kills; one that is stuck is killed by us."""
    assert process.stdin
    if kill:
        process.kill()
    elif HAS_A_SECOND_SET:
        process.stdin.write(b"x")
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    process.wait()


# --- what that means -----------------------------------------------------------------------------


def judged(attack: Attack) -> Iterator[Check]:
    """Return a check for each attempt that could be made, and for what was seen from outside."""
    abi = WITH_ALL_OF_LANDLOCK if attack.without else landlock_abi()
    verdicts = {
        name: verdict(attack.profile, name, code, landlock_abi=abi)
        for name, code in attack.answers.items()
    }
    made = {name: said for name, said in verdicts.items() if said}
    yield _all_of_them(attack, len(made))
    for name, (result, detail) in made.items():
        yield Check(f"{attack.profile}: {name}", result, detail)
    if HAS_A_SECOND_SET:
        yield _second_set(attack)
    yield _from_outside(attack)
    if attack.planted:
        yield _planted_is_seen(attack)
    yield _nothing_left(attack)


def _all_of_them(attack: Attack, made: int) -> Check:
    name = f"{attack.profile}: every attempt was made"
    if attack.cut_short:
        return Check(name, "fail", f"stopped at {attack.cut_short}")
    missing = len(attack.answers) - made
    more = f", {missing} left out: no such call or place on this machine" if missing else ""
    return Check(name, "pass", f"{made} attempts in {attack.seconds:.1f} s{more}")


def _second_set(attack: Attack) -> Check:
    name = f"{attack.profile}: a call of x86_64's second set"
    if attack.exit_status == -signal.SIGSYS:
        return Check(name, "pass", "refused: the kernel ended the process")
    return Check(name, "fail", f"the process went on (exit status {attack.exit_status})")


def _from_outside(attack: Attack) -> Check:
    name, seen = f"{attack.profile}: sealed from outside", attack.inspection
    if seen.problems:
        return Check(name, "fail", "; ".join(seen.problems))
    if seen.unchecked:
        return Check(name, "unchecked", "; ".join(seen.unchecked))
    return Check(
        name, "pass", f"{seen.threads} thread(s), all behind the filter; level {seen.level}"
    )


def _planted_is_seen(attack: Attack) -> Check:
    """Tell whether the check from outside names what was left open: it must be able to fail."""
    name = f"{attack.profile}: what was planted is seen from outside"
    problems = attack.strict_inspection.problems
    missed = [
        number
        for number in attack.planted
        if not any(problem.startswith(f"descriptor {number} is") for problem in problems)
    ]
    if not missed:
        return Check(name, "pass", "; ".join(problems))
    if attack.strict_inspection.unchecked:
        return Check(name, "unchecked", "; ".join(attack.strict_inspection.unchecked))
    return Check(name, "fail", f"descriptor {missed[0]} stands open and was not named")


def _nothing_left(attack: Attack) -> Check:
    name = f"{attack.profile}: nothing is changed or left behind"
    if attack.left_behind:
        return Check(name, "fail", "; ".join(attack.left_behind))
    return Check(
        name, "pass", "the target, its folder, shared memory, queues and keys are as before"
    )
