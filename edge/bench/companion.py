"""What do strangers at the phones' port cost? Hearing and memory, with junk and without, in turn.

The demo's sentences are played in real time through the whole sealed tree, to which one phone is
paired, again and again; in every other round a crowd (`junk.py`) is at the port. The crowd has a
processor of its own where there are two, so that only what it costs the device is measured.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

from edge import control, scene
from edge.bench import CannotMeasure
from edge.bench.idle import cpu_s
from edge.bench.junk import CLIENTS, PER_S
from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.companion import certificate, phones, wire
from edge.messages import Inquire
from edge.signals import Samples

LEAD_IN_S: Final = 6.0
BETWEEN_S: Final = 1.2
AROUND_S: Final = 0.2
"""Of the sound before and after a sentence that is kept with it."""
KIB_A_MB: Final = 1024


@dataclass
class _Rounds:
    """What was told, by whether the crowd was there."""

    late_ms: Mapping[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    private_mb: Mapping[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    cpu_s: dict[bool, float] = field(default_factory=lambda: {True: 0.0, False: 0.0})


def measure(rounds: int) -> dict[str, Any]:
    """Play so many rounds of each kind. Raises CannotMeasure."""
    if rounds < 1:
        raise CannotMeasure("a bench of nothing measures nothing: --rounds 1 or more")
    ours, theirs = _processors()
    sound, round_s = _sound(2 * rounds)
    with tempfile.TemporaryDirectory(prefix="offrecord-bench-") as name:
        port = _prepare(Path(name), sound)
        with _running(Path(name), ours) as running, _crowd(port, theirs) as crowd:
            found = _listen(Path(name), running, crowd, round_s)
            junk = json.loads(crowd.communicate()[0])
            if running.poll():
                raise CannotMeasure("the run ended with an error while the crowd was there")
    return _report(found, junk, {"run": ours, "crowd": theirs}, rounds)


def _processors() -> tuple[list[int], list[int]]:
    all_of_them = sorted(os.sched_getaffinity(0))
    return (all_of_them[:-1] or all_of_them), all_of_them[-1:]


def _sound(rounds: int) -> tuple[Samples, float]:
    """Return the demo's sentences, so many times over, and how long one round lasts."""
    demo = scene.load(scene.folder("demo"))
    samples, _ = soundfile.read(demo.audio, dtype="float32")
    gap = np.zeros(to_samples(BETWEEN_S), np.float32)
    parts = []
    for said in demo.said:
        begin, end = to_samples(said.start_s - AROUND_S), to_samples(said.end_s + AROUND_S)
        parts += [samples[begin:end], gap]
    one = np.concatenate(parts)
    whole = np.concatenate([np.zeros(to_samples(LEAD_IN_S), np.float32), *[one] * rounds])
    return whole, len(one) / SAMPLE_RATE_HZ


def _prepare(folder: Path, sound: Samples) -> int:
    """Write the sound, a configuration and a paired phone; return the port."""
    soundfile.write(folder / "sound.wav", sound, SAMPLE_RATE_HZ, subtype="PCM_16")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    own = folder / "offrecord"
    certificate.make(own, ("localhost",), ("127.0.0.1",))
    (own / "config.toml").write_text(f"[companion]\nport = {port}\n", "utf-8")
    data = folder / "data"
    data.mkdir(mode=0o700)
    phones.let_in(data, "of the bench", wire.SCOPES)
    return port


@contextmanager
def _running(folder: Path, processors: list[int]) -> Iterator["subprocess.Popen[str]"]:
    words = ["run", "--json", "--data", str(folder / "data"), "--audio", str(folder / "sound.wav")]
    running = subprocess.Popen(  # noqa: S603 (our own program, no shell)
        [sys.executable, "-m", "edge.cli", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "XDG_CONFIG_HOME": str(folder)},
    )
    os.sched_setaffinity(running.pid, processors)
    with running:
        try:
            yield running
        finally:
            running.kill()  # its processes end with it: their pipes close


@contextmanager
def _crowd(port: int, processors: list[int]) -> Iterator["subprocess.Popen[str]"]:
    crowd = subprocess.Popen(  # noqa: S603 (our own program, no shell)
        [sys.executable, "-m", "edge.bench.junk", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    os.sched_setaffinity(crowd.pid, processors)
    with crowd:
        try:
            yield crowd
        finally:
            crowd.kill()


def _listen(
    folder: Path,
    running: "subprocess.Popen[str]",
    crowd: "subprocess.Popen[str]",
    round_s: float,
) -> _Rounds:
    """Read what the run tells until it ends; switch the crowd with the rounds."""
    assert running.stdout
    assert crowd.stdin
    found, is_on, runtime = _Rounds(), False, 0
    zero_s = spent_s = 0.0
    for line in running.stdout:
        now_s, told = time.monotonic(), json.loads(line)
        if not zero_s:
            if told["type"] == "SourceState" and told["phase"] == "running":
                zero_s = now_s - told["samples"] / SAMPLE_RATE_HZ
                runtime = _runtime(folder)
                spent_s = cpu_s(runtime)
            continue
        if told["type"] == "Transcript":
            found.late_ms[is_on].append(1000 * (now_s - zero_s - told["end_s"]))
        elif told["type"] == "SpeechStarted":
            found.private_mb[is_on].append(_private_mb(runtime))
            before_s, spent_s = spent_s, cpu_s(runtime)
            found.cpu_s[is_on] += spent_s - before_s
            is_on = int((told["at_s"] - LEAD_IN_S) / round_s) % 2 == 1
            crowd.stdin.write("on\n" if is_on else "off\n")
            crowd.stdin.flush()
    if not all(found.late_ms.values()):
        raise CannotMeasure("nothing was heard with the crowd there, or without; more --rounds?")
    return found


def _runtime(folder: Path) -> int:
    standing = control.ask(folder / "data", Inquire())
    found = [p.pid for p in standing.processes if p.profile == "runtime"] if standing else []
    if not found:
        raise CannotMeasure("the run ended, or has no runtime")
    return found[0]


def _private_mb(pid: int) -> float:
    """Return how much memory is a process's own."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / KIB_A_MB
    raise CannotMeasure("the runtime has ended")


def _report(
    found: _Rounds, junk: Mapping[str, Any], processors: Mapping[str, list[int]], rounds: int
) -> dict[str, Any]:
    """Return the figures."""
    p95_ms = {is_on: float(np.percentile(found.late_ms[is_on], 95)) for is_on in (False, True)}
    return {
        "rounds_of_each": rounds,
        "processors": dict(processors),
        "clients": CLIENTS,
        "wanted_per_s": PER_S,
        "junk": dict(junk),
        "hearing_p95_ratio": round(p95_ms[True] / p95_ms[False], 3),
        "rows": [_row(found, is_on=is_on) for is_on in (False, True)],
    }


def _row(found: _Rounds, *, is_on: bool) -> dict[str, Any]:
    late_ms = found.late_ms[is_on]
    return {
        "crowd": is_on,
        "sentences": len(late_ms),
        "hearing_p50_ms": round(float(np.percentile(late_ms, 50))),
        "hearing_p95_ms": round(float(np.percentile(late_ms, 95))),
        "runtime_cpu_s": round(found.cpu_s[is_on], 2),
        "runtime_private_mb": round(max(found.private_mb[is_on]), 1),
    }
