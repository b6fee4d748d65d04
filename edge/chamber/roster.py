"""Who could be asked on this device? Every graph with a job, as its row and its footprint say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from edge import config, footprints
from edge.chamber.specialist import LEAST_DEADLINE_S, MIB, Footprint, Patience, Specialist
from edge.footprints import Measured
from models import manifest
from models.manifest import File, Job, Row

GUESSED_SCRATCH_BYTES: Final = 64 * MIB
"""What work takes, where nobody has measured it."""
MOST_RUNS_LONG: Final = 20
"""No input is so much larger than `typical`, and no machine so busy, that a run takes longer."""
SLOWER: Final = 5
"""So much slower this device may be than its writer's, where nobody has measured it."""
PATIENCES = {"now": Patience.NOW, "soon": Patience.SOON, "whenever": Patience.WHENEVER}


@dataclass(frozen=True, slots=True)
class Entry:
    """A specialist and where it comes from."""

    row: Row
    file: File
    specialist: Specialist
    is_measured: bool
    """Whether its footprint was measured on this device, not only declared."""


def entries(measured: Mapping[str, Measured]) -> dict[str, Entry]:
    """Return every specialist whose model is on this device, by name."""
    found = {}
    for row in manifest.rows():
        receipt = manifest.receipt(row.name)
        for file in row.files:
            if file.job and receipt and file.name in receipt.files:
                _, sha256 = receipt.files[file.name]
                each = entry(row, file, sha256, measured)
                found[each.specialist.name] = each
    return found


def entry(row: Row, file: File, sha256: str, measured: Mapping[str, Measured]) -> Entry:
    """Return the specialist of a graph that is on this device with this hash."""
    assert file.job
    name = footprints.name_of(row, file)
    here = measured.get(name)
    if here and here.sha256 != sha256:
        here = None
    return Entry(row, file, specialist_of(name, file, file.job, here), here is not None)


def in_use(found: Mapping[str, Entry], recogniser: config.Recogniser) -> dict[str, Entry]:
    """Return those in the precision that is used: the other half would only be counted twice."""
    other = ".int8" if recogniser.numbers == "fp32" else ".fp32"
    return {name: entry for name, entry in found.items() if not name.endswith(other)}


def specialist_of(name: str, file: File, job: Job, measured: Measured | None) -> Specialist:
    """Return a specialist: its sizes as measured, else as declared, else as its file lets guess."""
    sizes = measured or job
    if sizes.resident_bytes:
        resident_bytes = sizes.resident_bytes
        loading_bytes = max(resident_bytes, sizes.loading_bytes)
        working_bytes = max(resident_bytes, sizes.working_bytes)
    else:
        resident_bytes, loading_bytes = round(1.2 * file.bytes), 4 * file.bytes
        working_bytes = resident_bytes + GUESSED_SCRATCH_BYTES
    footprint = Footprint(resident_bytes, loading_bytes, working_bytes, sizes.load_ms, sizes.run_ms)
    most_runs = MOST_RUNS_LONG * (1 if measured else SLOWER)
    deadline_s = max(LEAST_DEADLINE_S, most_runs * sizes.run_ms / 1000)
    patience = PATIENCES[job.patience]
    return Specialist(name, footprint, patience, job.pinned, job.lead_ms, deadline_s)
