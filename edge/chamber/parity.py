"""Does a provider give the processor's results, and does it work under the seal?

`python -m edge.chamber.parity NAME`, born as a chamber is: every graph that is on this device and
that the provider can run, runs on both, on the same made-up numbers. Then the process is sealed,
some of the graphs run again, and only after that it tells what it found: the launcher's part, the
look from outside, is `edge/providers.py`'s.
"""

import hashlib
import os
import sys

import msgspec

from edge import footprints, providers, seal
from edge.chamber import onnx_session
from edge.chamber.onnx_session import Session
from edge.providers import CPU, Graph
from models import manifest
from models.static import Arrays, difference, scattered

STDIN_FD, STDOUT_FD, STDERR_FD = 0, 1, 2
KEPT_BYTES = 64 << 20
"""Of files whose graphs stay in memory to run again under the seal."""


def main(provider: str) -> int:
    """Compare, be sealed, run again, and tell; it ends when the other end of its pipe is closed."""
    found: dict[str, Graph] = {}
    again: list[tuple[Session, Arrays]] = []
    kept_bytes = 0
    for row in manifest.rows():
        receipt = manifest.receipt(row.name)
        for file in row.files if receipt else ():
            if not (file.job and receipt and file.name in receipt.files):
                continue
            graph, feed = manifest.read(row.name, file.name), scattered(file)
            sha256 = hashlib.sha256(graph).hexdigest()
            onnx_session.use(provider, (sha256,))
            made = onnx_session.loaded(graph, threads=1)
            if providers.ONNX_NAMES[provider] not in made.get_providers():
                continue
            onnx_session.use(CPU, ())
            ours = _ran(onnx_session.loaded(graph, threads=1), feed)
            try:
                apart = difference(ours, _ran(made, feed))
            except onnx_session.BROKEN:
                continue  # it loads this one, and cannot run it
            found[footprints.name_of(row, file)] = Graph(sha256, apart)
            kept_bytes += file.bytes
            if kept_bytes <= KEPT_BYTES:
                again.append((made, feed))
    seal.close_all_but({STDIN_FD, STDOUT_FD, STDERR_FD})
    seal.silence_stderr()
    seal.seal("chamber", writable_fds={STDOUT_FD})
    for session, feed in again:
        session.run(None, feed)
    os.write(STDOUT_FD, msgspec.json.encode(found) + b"\n")
    os.read(STDIN_FD, 1)
    return 0


def _ran(session: Session, feed: Arrays) -> Arrays:
    """Return a graph's results by name."""
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(names, feed), strict=True))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
