"""Who could be asked on this device? Every graph with a job, as its row and its footprint say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from edge import config, footprints
from edge.chamber.specialist import MIB, Footprint, Patience, Specialist
from edge.footprints import Measured
from models import manifest
from models.manifest import File, Job, Row

SMALL_BYTES: Final = 1 << 30
"""A machine with less memory has a budget though none was set."""
SMALL_SHARE: Final = 2
GUESSED_SCRATCH_BYTES: Final = 64 * MIB
"""What work takes, where nobody has measured it."""
PATIENCES = {"now": Patience.NOW, "soon": Patience.SOON, "whenever": Patience.WHENEVER}


def budget_bytes(memory: config.Memory, machine_bytes: int) -> int:
    """Return what all graphs together may take; 0 where all of them stay."""
    if memory.budget_mb:
        return memory.budget_mb * MIB
    return machine_bytes // SMALL_SHARE if machine_bytes < SMALL_BYTES else 0


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
                name = footprints.name_of(row, file)
                here = measured.get(name)
                if here and here.sha256 != receipt.files[file.name][1]:
                    here = None
                specialist = specialist_of(name, file, file.job, here)
                found[name] = Entry(row, file, specialist, here is not None)
    return found


def in_use(found: Mapping[str, Entry], recogniser: config.Recogniser) -> dict[str, Entry]:
    """Return those in the precision that is used: the other half would only be counted twice."""
    other = ".int8" if recogniser.precision == "fp32" else ".fp32"
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
    return Specialist(name, footprint, PATIENCES[job.patience], job.pinned, job.lead_ms)
