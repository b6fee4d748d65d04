"""Does a run, or a dependency of it, call for a network or change a file that is not its own?

The demo runs in an empty network, with every call of every process traced, and without the
variables by which programs know a test machine: what phones home keeps quiet there. Nothing can
change a file without a call that opens or names it, so what the trace does not show did not happen.
Only the interpreter's bytecode files are switched off, which the launcher would else write.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge.audit import Check
from edge.audit.call_rules import TRACED, foreign_files, is_media, network_calls, never_called
from edge.audit.strace import LAUNCHER, Span, spans

TEST_MACHINE: Final = (
    *("CI", "CONTINUOUS_INTEGRATION", "GITHUB_ACTIONS", "GITLAB_CI", "TRAVIS", "CIRCLECI"),
    *("APPVEYOR", "BUILDKITE", "BUILD_ID", "BUILD_NUMBER", "CODEBUILD_BUILD_ID", "DRONE"),
    *("JENKINS_URL", "TEAMCITY_VERSION", "TF_BUILD", "BITBUCKET_BUILD_NUMBER", "CI_NAME"),
)
OPT_OUTS: Final = ("ORT_DISABLE_TELEMETRY", "DO_NOT_TRACK")
"""Unset too: what keeps a run quiet must be its own doing, not that of who audits it."""
NEEDED: Final = ("chamber", "capture.audio", "capture.video", "runtime", LAUNCHER)
MAY_START: Final = ("mind",)
"""Ours too: it starts where its model was fetched."""
RUN_LIMIT_S: Final = 240.0
TRACE: Final = "trace"


@dataclass(frozen=True, slots=True)
class Alone:
    """How to run something traced and without a network here, or why that cannot be."""

    command: Sequence[str] = ()
    why_not: str = ""


def checks() -> list[Check]:
    """Trace the demo and the planted leaks; takes about twenty seconds."""
    alone = find_alone()
    if not alone.command:
        return [Check("deep: system calls", "unchecked", alone.why_not)]
    return [*_of_the_demo(alone), *_of_planted_leaks(alone)]


def find_alone() -> Alone:
    """Try what is needed: strace, and a network namespace of our own."""
    for program, package in (("strace", "strace"), ("unshare", "util-linux")):
        if not shutil.which(program):
            return Alone(why_not=f"{program} is not installed: sudo apt install {package}")
    as_user = [] if os.geteuid() == 0 else ["--user", "--map-current-user"]
    command = ["unshare", *as_user, "--net"]
    for trial, why_not in (
        ([*command, "true"], "this system gives no network namespace; try it as root"),
        ([*command, "strace", "-qq", "-o", os.devnull, "true"], "this system lets nobody trace"),
    ):
        if subprocess.run(trial, check=False, capture_output=True).returncode:  # noqa: S603 (ours)
            return Alone(why_not=why_not)
    return Alone(command)


def run(
    alone: Alone, argv: Sequence[str], scratch: Path, environment: Mapping[str, str]
) -> tuple[int, list[Span]]:
    """Run a program traced; return its exit status and what all its processes asked for."""
    strace = ["strace", "-f", "-ff", "-qq", "-y", "-s", "4096", "-o", str(scratch / TRACE)]
    only = f"trace={','.join(f'?{name}' for name in TRACED)}"
    with subprocess.Popen(  # noqa: S603 (our own programs, no shell)
        [*alone.command, *strace, "-e", only, "-e", "signal=none", "--", *argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as traced:
        try:
            code = traced.wait(RUN_LIMIT_S)
        except subprocess.TimeoutExpired:
            traced.terminate()  # strace takes what it traces with it
            code = traced.wait()
    return code, spans(scratch, TRACE)


def quiet_nowhere(temporary: Path) -> dict[str, str]:
    """Return our environment without what tells a program to keep quiet."""
    kept = {n: v for n, v in os.environ.items() if n not in {*TEST_MACHINE, *OPT_OUTS}}
    return kept | {"TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1"}


# --- the demo ------------------------------------------------------------------------------------


def _of_the_demo(alone: Alone) -> list[Check]:
    with tempfile.TemporaryDirectory(prefix="offrecord-deep-") as folder:
        scratch = Path(folder).resolve()
        own = scratch / "own"
        own.mkdir()
        began_s = time.monotonic()
        argv = [sys.executable, "-m", "edge.cli", "demo", "--fast", "--json"]
        code, traced = run(alone, argv, scratch, quiet_nowhere(own))
        took_s = time.monotonic() - began_s
    if code:
        return [Check("deep: the demo, traced", "unchecked", f"it ended with status {code}")]
    return judge(traced, own, took_s)


def judge(traced: Sequence[Span], own: Path, took_s: float) -> list[Check]:
    """Return what is to be said of a traced run whose own folder is `own`."""
    programs = sorted({span.program for span in traced})
    absent = [name for name in NEEDED if name not in programs]
    if absent:
        return [Check("deep: the demo, traced", "unchecked", f"no trace of {', '.join(absent)}")]
    total = sum(len(span.calls) for span in traced)
    ours = [*NEEDED, *(name for name in MAY_START if name in programs)]
    strange = [name for name in programs if name not in ours]
    found = [
        _check(
            "deep: programs",
            [f"{name} was started" for name in strange],
            f"{total} calls traced in {took_s:.0f} s, CI unset, no network; only ours were started",
        )
    ]
    for program in ours:
        spans_ = [span for span in traced if span.program == program]
        sockets = [str(call) for span in spans_ for call in network_calls(span)]
        files = [path for span in spans_ for path in foreign_files(span, own)]
        others = [str(call) for span in spans_ for call in never_called(span)]
        none = "no socket call" if is_media(program) else "no call for a network"
        found += [
            _check(f"deep: {program}: network", sockets, none),
            _check(f"deep: {program}: files", files + others, "none outside the run's own folder"),
        ]
    return found


def _check(name: str, problems: Sequence[str], good: str) -> Check:
    if not problems:
        return Check(name, "pass", good)
    more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
    return Check(name, "fail", f"{problems[0][:300]}{more}")


# --- planted leaks: what must be caught ----------------------------------------------------------

_LEAK: Final = """
import os, socket, sys
with open(sys.argv[1], "wb") as kept:
    kept.write(b"x")
os.utime(sys.argv[1])
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
"""
_DEPENDENCY: Final = """
import onnx.helper as h
import onnxruntime
value = h.make_tensor_value_info
graph = h.make_graph([h.make_node("Identity", ["x"], ["y"])], "g",
                     [value("x", 1, [1])], [value("y", 1, [1])])
model = h.make_model(graph, opset_imports=[h.make_opsetid("", 13)], ir_version=8)
onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
"""
PHONES_HOME_SINCE: Final = (1, 29)
"""The first version of ONNX Runtime that does, unless `ORT_DISABLE_TELEMETRY` is set."""


def _of_planted_leaks(alone: Alone) -> list[Check]:
    found = [_planted(alone, "a socket and a file", _LEAK, both=True)]
    if _runtime_version() >= PHONES_HOME_SINCE:
        name = "a dependency that phones home"
        found.append(_planted(alone, name, _DEPENDENCY, both=False))
    return found


def _runtime_version() -> tuple[int, ...]:
    from importlib.metadata import version  # noqa: PLC0415 (only asked here)

    return tuple(int(part) for part in re.findall(r"\d+", version("onnxruntime"))[:2])


def _planted(alone: Alone, name: str, program: str, *, both: bool) -> Check:
    """Run a program that leaks, with a home of its own, and say whether that was seen."""
    with tempfile.TemporaryDirectory(prefix="offrecord-deep-") as folder:
        scratch = Path(folder).resolve()
        own, home = scratch / "own", scratch / "home"
        own.mkdir()
        home.mkdir()
        environment = quiet_nowhere(own) | {"HOME": str(home), "XDG_CACHE_HOME": str(home)}
        argv = [sys.executable, "-c", program, str(home / "kept")]
        _, traced = run(alone, argv, scratch, environment)
        files = [path for span in traced for path in foreign_files(span, own)]
        sockets = [call for span in traced for call in network_calls(span)]
    caught = bool(files and sockets) if both else bool(files or sockets)
    seen = f"{len(files)} changes of files and {len(sockets)} calls for a network were seen"
    return Check(f"control: {name}", "pass" if caught else "fail", seen)
