"""How does a model that was fetched or carried over become one of this device's?

Whole or not at all: its folder gets a receipt and is put in place by one rename. A folder with a
receipt is whole.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from models import manifest
from models.download import sha256_of
from models.manifest import RECEIPT, Row

Report = Callable[[str], None]

PARTIAL = ".partial"


def write_receipt(row: Row, kind: str, built: Path, report: Report) -> None:
    """Hash what was built and write the receipt.

    A copied file is the recorded one, or it would not have come this far. A built one has passed
    its check, and is other bytes only if numpy or onnx are not those of the lock file.
    """
    lines = [
        "# Written by `offrecord models fetch`; `offrecord models verify` compares with it.",
        f'version = "{row.version}"',
        f"recipe = {row.recipe}",
        f'source = "{kind}"',
        "[files]",
    ]
    for file in row.files:
        place = built / file.name
        digest = sha256_of(place)
        assert file.made != "copied" or digest == file.sha256, file.name
        if file.made == "built" and digest != file.sha256:
            report(f"{row.name}: {file.name} is right, but not byte for byte the recorded one")
        lines.append(f'"{file.name}" = {{ bytes = {place.stat().st_size}, sha256 = "{digest}" }}')
        _sync(place)
    (built / RECEIPT).write_text("\n".join(lines) + "\n", encoding="utf-8")
    _sync(built / RECEIPT)
    _sync(built)


def put_in_place(built: Path, target: Path) -> None:
    """Move a whole folder to its name; an older one steps aside first."""
    old = built.with_name("old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    built.rename(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def alone(report: Report) -> Iterator[None]:
    """Hold the folder's lock, so that two fetches do not build in one place."""
    partial = manifest.folder() / PARTIAL
    partial.mkdir(parents=True, exist_ok=True)
    with (partial / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("waiting for another fetch to end")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
