"""How are models carried to a board that builds nothing, and perhaps has no network?

As a tar of plain files: `MODEL/FILE` and each model's receipt, and nothing else. A bundle may come
from anybody, so its headers are read one by one: a name that this version's manifest does not
have, a size that it does not allow, or anything but a plain file ends the import, before a byte of
it is kept. Published files have to be the recorded ones; what was built elsewhere has to be what
the bundle says, and has to give the reference values here. All of a bundle is put in place, or
none of it.
"""

import shutil
import tarfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from models import fetch, manifest, progress
from models.download import sha256_of
from models.install import PARTIAL, Report, alone, put_in_place, write_receipt
from models.manifest import RECEIPT, File, ModelError, Row

RECEIPT_BYTES: Final = 64 << 10
GROWN: Final = 2
"""What was built elsewhere may be so many times as large as recorded."""
COPY_BYTES: Final = 1 << 20
BLOCK_BYTES: Final = tarfile.BLOCKSIZE
OWN_BUILD: Final = "own"
"""Rows that the user wrote: their files are nobody's to send."""


class BadBundle(ModelError, ValueError):
    """The file is no bundle that can be used; nothing was changed."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the bundle cannot be used: {why}; nothing was changed")


def export(names: Sequence[str], to: Path, report: Report = progress.say) -> str:
    """Write the named models, or all that are here, into one file; return its hash.

    Raises ModelError where one is not here, or damaged.
    """
    rows = [manifest.row(name) for name in names] or _on_this_device()
    for result in fetch.verify([row.name for row in rows]) if rows else ():
        if result.state != "ok":
            raise ModelError(
                f"model {result.name!r} is {result.state}; run `offrecord models fetch "
                f"{result.name}`"
            )
    if not rows:
        raise ModelError("no model is on this device; run `offrecord models fetch`")
    partial = to.with_name(f"{to.name}{PARTIAL}")
    try:
        with tarfile.open(partial, "w", format=tarfile.USTAR_FORMAT) as tar:
            for row in rows:
                for name in (RECEIPT, *(file.name for file in row.files)):
                    _add(tar, manifest.folder() / row.name / name, f"{row.name}/{name}")
                report(f"{row.name}: {row.bytes_on_disk / 1e6:.1f} MB")
        partial.replace(to)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ModelError(f"{to} cannot be written: {error.strerror}") from None
    return sha256_of(to)


def bring(file: Path, report: Report = progress.say) -> list[str]:
    """Install all models of a bundle; return their names. Raises ModelError."""
    with alone(report):
        staged = manifest.folder() / PARTIAL / "bundle"
        shutil.rmtree(staged, ignore_errors=True)
        try:
            with file.open("rb") as tar:
                rows = _stage(tar, staged)
            for row in rows:
                _judge(row, staged / row.name, report)
            for row in rows:
                put_in_place(staged / row.name, manifest.folder() / row.name)
                report(f"{row.name}: ready")
        except OSError as error:
            raise BadBundle(f"{file}: {error.strerror}") from None
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return [row.name for row in rows]


def _on_this_device() -> list[Row]:
    shipped = [row for row in manifest.rows() if row.build != OWN_BUILD]
    return [row for row in shipped if manifest.receipt(row.name)]


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    """Add a file as nobody's and of no time: the same models make the same bundle."""
    header = tarfile.TarInfo(name)
    header.size = path.stat().st_size
    with path.open("rb") as content:
        tar.addfile(header, content)


# --- reading one ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    size_bytes: int


def _stage(tar: IO[bytes], staged: Path) -> list[Row]:
    """Unpack what the manifest knows, and return whose it is; raise BadBundle."""
    known = _known()
    models: dict[str, Row] = {}
    for entry in _entries(tar):
        if entry.name not in known:
            raise BadBundle(f"this version of Offrecord knows no {entry.name[:100]!r}")
        row, least, most = known.pop(entry.name)
        if not least <= entry.size_bytes <= most:
            raise BadBundle(f"{entry.name} has {entry.size_bytes} bytes, not {most}")
        models[row.name] = row
        place = staged / entry.name
        place.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(place.parent).free < entry.size_bytes:
            raise BadBundle(f"there is no room for {entry.name} in {manifest.folder()}")
        with place.open("xb") as file:
            _copy(tar, entry, file)
    if missing := [name for name, (row, *_) in known.items() if row.name in models]:
        raise BadBundle(f"{missing[0]} is not in it")
    if not models:
        raise BadBundle("it is empty")
    return list(models.values())


def _known() -> dict[str, tuple[Row, int, int]]:
    """Return each name that may be in a bundle: whose it is, and its least and largest size."""
    known: dict[str, tuple[Row, int, int]] = {}
    for row in manifest.rows():
        if row.build == OWN_BUILD:
            continue
        known[f"{row.name}/{RECEIPT}"] = row, 1, RECEIPT_BYTES
        for file in row.files:
            is_copied = file.made == "copied"
            least, most = (file.bytes, file.bytes) if is_copied else (1, GROWN * file.bytes)
            known[f"{row.name}/{file.name}"] = row, least, most
    return known


def _entries(tar: IO[bytes]) -> Iterator[_Entry]:
    """Yield each header, behind which its content is to be read; raise BadBundle."""
    while (block := tar.read(BLOCK_BYTES)) != bytes(BLOCK_BYTES):
        if len(block) < BLOCK_BYTES:
            raise BadBundle("it ends too soon")
        try:
            header = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError):
            raise BadBundle("it is no tar, or damaged") from None
        if header.type != tarfile.REGTYPE:
            raise BadBundle(f"{header.name[:100]!r} is no plain file")
        yield _Entry(header.name, header.size)


def _copy(tar: IO[bytes], entry: _Entry, file: IO[bytes]) -> None:
    left = entry.size_bytes
    while left:
        piece = tar.read(min(left, COPY_BYTES))
        if not piece:
            raise BadBundle(f"it ends too soon, within {entry.name}")
        file.write(piece)
        left -= len(piece)
    tar.read(-entry.size_bytes % BLOCK_BYTES)


# --- judging one ---------------------------------------------------------------------------------


def _judge(row: Row, folder: Path, report: Report) -> None:
    """Compare a model's files with all that is known of them; write this device's own receipt."""
    said = _receipt(row, folder)
    for file in row.files:
        digest = sha256_of(folder / file.name)
        if digest != (file.sha256 if file.made == "copied" else said.get(file.name)):
            raise BadBundle(f"{row.name}/{file.name} is not the recorded one")
    if any(_is_made_there(file, said) for file in row.files):
        from models.check import check  # noqa: PLC0415 (it brings onnxruntime)

        report(f"{row.name}: checking what was built elsewhere")
        check(row.name, row.build, folder)
    (folder / RECEIPT).unlink()
    write_receipt(row, "bundle", folder, report)


def _is_made_there(file: File, said: Mapping[str, str]) -> bool:
    return file.made != "copied" and said.get(file.name) != file.sha256


def _receipt(row: Row, folder: Path) -> dict[str, str]:
    """Return what a bundle's receipt says of its files: name -> hash; raise BadBundle."""
    try:
        entry = tomllib.loads((folder / RECEIPT).read_text("utf-8"))
        version, recipe = entry["version"], entry["recipe"]
        said = {name: str(value["sha256"]) for name, value in entry["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadBundle(f"the receipt of {row.name} cannot be read") from None
    if (version, recipe) != (row.version, row.recipe):
        raise BadBundle(
            f"its {row.name} is {str(version)[:20]!r} ({str(recipe)[:5]}); this version of "
            f"Offrecord uses {row.version} ({row.recipe})"
        )
    return said
