"""What does each specialist take on this very device? Measured by `offrecord tune`, kept, believed.

A manifest row says what its writer's machine took; what was measured here counts for more. A
measurement is of one file on one machine under one runtime, and forgotten with any of them.
"""

import os
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

import models.manifest
from edge import providers, workbench
from edge.garbled import GARBLED
from models.manifest import File, Row

FILE: Final = "footprints.json"
WAY: Final = 2
"""Of measuring, in `edge/chamber/measuring.py`: what was found otherwise is not believed."""


class CannotBeMeasured(models.manifest.ModelError, RuntimeError):
    """A specialist cannot be used, so nothing is known of what it takes."""


class Measured(msgspec.Struct, frozen=True):
    """Memory above an empty process, in bytes, and processor time."""

    sha256: str
    """Of the file that was measured."""
    resident_bytes: int
    loading_bytes: int
    working_bytes: int
    load_ms: float
    run_ms: float


class Book(msgspec.Struct, frozen=True):
    """All that was measured."""

    machine: str
    runtime: str
    measured: dict[str, Measured]


def name_of(row: Row, file: File) -> str:
    """Return the name of a specialist: its model and its graph."""
    return f"{row.name}/{file.name.removesuffix('.onnx')}"


def read() -> Mapping[str, Measured]:
    """Return what was measured on this machine, by name; empty if nothing readable is there."""
    try:
        book = msgspec.json.decode(_path().read_bytes(), type=Book)
    except (OSError, *GARBLED):
        return {}
    is_ours = (book.machine, book.runtime) == (machine(), runtime())
    return book.measured if is_ours else {}


def write(measured: Mapping[str, Measured]) -> None:
    """Keep what was measured, in place of what was kept before."""
    book = Book(machine(), runtime(), dict(measured))
    _path().write_bytes(msgspec.json.format(msgspec.json.encode(book)))


def measure(*, again: bool = False) -> Mapping[str, Measured]:
    """Measure those of which nothing is known, or all `again`; keep it. Raises CannotBeMeasured.

    Each is measured in a process of its own.
    """
    known = {} if again else read()
    found = {}
    for row, file, sha256 in _installed():
        name = name_of(row, file)
        if name in known and known[name].sha256 == sha256:
            found[name] = known[name]
            continue
        told = workbench.asked("edge.chamber.measuring", row.name, file.name)
        if isinstance(told, int):
            raise CannotBeMeasured(f"{file.name} of {row.name} is not measured; see above")
        found[name] = msgspec.json.decode(told, type=Measured)
    write(found)
    return found


def _installed() -> Iterator[tuple[Row, File, str]]:
    """Yield every specialist whose model is here, with the hash of its file."""
    for row in models.manifest.rows():
        receipt = models.manifest.receipt(row.name)
        for file in row.files if receipt else ():
            if file.job and receipt and file.name in receipt.files:
                yield row, file, receipt.files[file.name][1]


def runtime() -> str:
    """Return which runtime's figures these are, with which provider, and how they were found."""
    choice = providers.chosen(machine())
    return f"{providers.runtime()}, {choice.provider if choice else providers.CPU}, way {WAY}"


def machine() -> str:
    """Return what must be the same for a measurement to hold: the models' folder may be copied."""
    cpu = platform.machine()
    for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"model name", "Model"}:
            cpu = f"{cpu} {value.strip()}"
            break
    return f"{cpu}, {os.cpu_count()} cores"


def _path() -> Path:
    return models.manifest.folder() / FILE
