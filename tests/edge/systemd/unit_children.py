"""Started by test_systemd.py where systemd runs: a whole run, each of its processes as a unit.

Prints JSON: what the seal's inspection and the read-back found of each, and what was understood.
"""

import json
import os
import socket
import sys
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from edge import airlock, config, seal, systemd
from edge.launcher.child import readable_once
from edge.messages import Ended, Go, Hello, Shown, Transcript
from edge.notes.vault import SECRET_BYTES
from edge.systemd import wall as systemd_wall
from models import manifest

ROOT = Path(__file__).parents[3]
CLIP = Path(sys.argv[1])
READABLE = [ROOT, Path(sys.prefix), Path(sys.base_prefix), manifest.folder(), CLIP.parent]
ENVIRONMENT = {"OFFRECORD_MODELS": str(manifest.folder()), "PYTHONPATH": str(ROOT)}
MOST_BYTES = 1 << 16


@dataclass
class Child:
    profile: str
    unit: systemd.Transient
    tell: int
    heard: int

    def looked_at(self) -> dict[str, Any]:
        status = Path(f"/proc/{self.unit.pid}/status").read_text()
        return {
            "inspection": asdict(seal.inspect(self.unit.pid, self.profile)),
            "wall": asdict(systemd_wall.read_back(self.unit.pid, self.profile)),
            "powers": [line.split()[1] for line in status.splitlines() if line.startswith("Cap")],
        }


def born(
    profile: str, *options: str, fds: Collection[int], stdout: int = -1, writable: str = ""
) -> Child:
    stdin, tell = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
    heard, said = os.pipe() if stdout < 0 else (-1, stdout)
    settings = config.to_argument(config.Config())
    argv = [sys.executable, "-m", f"edge.{profile}", *options, "--settings", settings]
    write = [writable] if writable else []
    unit = systemd.start(
        f"offrecord-{profile}-test-{os.getpid()}",
        profile,
        seal.stage0(profile, argv, readable=READABLE, writable=write),
        stdin=stdin,
        stdout=said,
        stderr=2,
        pass_fds=fds,
        environment=ENVIRONMENT,
    )
    for descriptor in (stdin, said, *fds):
        os.close(descriptor)
    return Child(profile, unit, tell, heard)


def run(data: str) -> dict[str, Any]:
    airlock_read, airlock_write = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
    ours, theirs = (end.detach() for end in socket.socketpair(type=socket.SOCK_SEQPACKET))
    key = readable_once(bytes(SECRET_BYTES))
    runtime = born(
        *("runtime", "--airlock-fd", str(airlock_read), "--key-fd", str(key), "--data", data),
        *("--run", "test", "--fast"),
        fds=[airlock_read, key],
        writable=data,
    )
    chamber = born(
        *("chamber", "--slot-fds", str(theirs), "--senses", "audio", "--lockstep", "1"),
        fds=[theirs],
        stdout=airlock_write,
    )
    capture = born(
        *("capture", "--kind", "audio", "--source", str(CLIP), "--slot-fd", str(ours)),
        *("--epoch", "0", "--skip-ms", "0", "--picture-s", "2", "--fast"),
        fds=[ours],
    )
    children = (runtime, chamber, capture)
    assert b"ready" in os.read(capture.heard, MOST_BYTES)
    texts = []
    looked_at: dict[str, Any] = {}
    with os.fdopen(runtime.heard) as lines:
        for line in lines:
            said = msgspec.json.decode(line, type=Shown)
            if isinstance(said, Hello):
                looked_at = {child.profile: child.looked_at() for child in children}
                os.write(chamber.tell, airlock.encode(Go()))
                os.write(capture.tell, b"G")
            elif isinstance(said, Transcript):
                texts.append(said.text)
            elif isinstance(said, Ended):
                os.close(chamber.tell)
    codes = {child.profile: child.unit.process.wait(60) for child in children}
    return {"children": looked_at, "texts": texts, "codes": codes}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(sys.argv[2])))
