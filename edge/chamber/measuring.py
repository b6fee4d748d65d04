"""What does one specialist take? `python -m edge.chamber.measuring MODEL FILE` writes it as JSON.

A process of its own, born as a chamber is but not sealed, for a sealed one cannot read its own
size. It is loaded, run and unloaded once before anything counts, so that the runtime's own code is
not taken for the specialist's. Only made-up numbers go in.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final

import msgspec

from edge import footprints, seal
from edge.chamber import heap, onnx_session, roster
from edge.chamber.handshake import made_up
from edge.chamber.spec import Refusal, Spec
from models import manifest

RUNS: Final = 3
LEAST_WORK_S: Final = 0.05
"""Quick work is repeated until it has taken so long: a heap settles only then."""
PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


def main(model: str, graph: str) -> int:
    """Measure one graph; return 1 with a sentence if it cannot be used."""
    onnx_session.use_chosen()
    row = manifest.row(model)
    (file,) = (each for each in row.files if each.name == graph)
    assert file.job
    receipt = manifest.receipt(model)
    assert receipt
    name = footprints.name_of(row, file)
    specialist = roster.specialist_of(name, file, file.job, None)
    size_bytes, sha256 = receipt.files[graph]
    spec = Spec(specialist, file, manifest.open_to_read(model, graph), size_bytes)
    session = spec.load()
    if isinstance(session, Refusal):
        sys.stderr.write(f"{session.sentence}\n")
        return 1
    session.run(None, made_up(file, file.job.typical))
    del session
    taken = measure(spec, file.job.typical, sha256)
    sys.stdout.buffer.write(msgspec.json.encode(taken))
    return 0


def measure(spec: Spec, typical: Mapping[str, int], sha256: str) -> footprints.Measured:
    """Load it and let it work, a few times."""
    loads_ms: list[float] = []
    runs_ms: list[float] = []
    loading_bytes = working_bytes = resident_bytes = 0
    for _ in range(RUNS):
        empty_bytes = _settled_bytes()
        began_s = process_time()
        session = spec.load()
        loads_ms.append(1000 * (process_time() - began_s))
        assert not isinstance(session, Refusal)
        loading_bytes = max(loading_bytes, _peak_bytes() - empty_bytes)
        _settled_bytes()
        feed = made_up(spec.file, typical)
        began_s = process_time()
        with heap.kept():  # as at work: what is freed is kept for the next tensor
            while not runs_ms or process_time() - began_s < LEAST_WORK_S:
                run_s = process_time()
                session.run(None, feed)
                runs_ms.append(1000 * (process_time() - run_s))
        working_bytes = max(working_bytes, _peak_bytes() - empty_bytes)
        del feed
        resident_bytes = max(resident_bytes, _settled_bytes() - empty_bytes)
        del session
    return footprints.Measured(
        sha256,
        resident_bytes,
        max(loading_bytes, resident_bytes),
        max(working_bytes, resident_bytes),
        round(median(loads_ms), 1),
        round(median(runs_ms), 2),
    )


def _settled_bytes() -> int:
    """Return what the process holds after a trim; its peak is counted anew from here."""
    seal.give_back_memory()
    Path("/proc/self/clear_refs").write_text("5")
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def _peak_bytes() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) << 10


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
