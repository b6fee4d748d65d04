"""What is this copy of Offrecord made of? Its own files, packages and models: licences and hashes.

Read from what is installed, so it says what runs here, not what was once intended. Nothing is
imported for it, and nothing fetched.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any, Final, Literal

from models import manifest

PROJECT: Final = Path(__file__).resolve().parents[1]
ROOMS: Final = ("edge", "firmware_bridge", "models")
BYTECODE: Final = "__pycache__"
OURS: Final = "offrecord"
LICENCE: Final = "Apache-2.0"
UNSTATED: Final = "not stated"
MOST_WORDS: Final = 60
"""Characters: some packages put the whole text of their licence where its name belongs."""
SHOWN_HASH: Final = 16
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NOT_HERE: Final = re.compile(r"extra\s*==")
_OSI: Final = "License :: OSI Approved :: "
_LICENCE_FILE: Final = re.compile(r"(?i)licen[cs]e|copying")
_KNOWN_WORDS: Final = {
    "provided 'as-is', without any express or implied": "Zlib",
    "Permission is hereby granted, free of charge": "MIT",
    "Redistributions in binary form must reproduce": "BSD",
    "Apache License": "Apache-2.0",
}
"""What a licence's own text says -> its name, where the package does not name it."""

Kind = Literal["program", "package", "model"]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is here."""

    kind: Kind
    name: str
    version: str
    licence: str
    sha256: str
    """Of the program: its files. Of a package: its list of files. Of a model: its first file."""


def parts() -> list[Part]:
    """Return the program, its packages (those of extras too, where installed), and its models."""
    return [program(), *_packages(), *models()]


def program() -> Part:
    """Return ourselves. The hash covers the paths and the content of all our files."""
    digest = hashlib.sha256()
    for path in sorted(program_files()):
        content = hashlib.sha256((PROJECT / path).read_bytes()).hexdigest()
        digest.update(f"{content}  {path}\n".encode())
    return Part("program", OURS, version(OURS), LICENCE, digest.hexdigest())


def models() -> list[Part]:
    """Return the models on this device, under the hashes by which notes and ledger name them."""
    found = []
    for row in manifest.rows():
        if receipt := manifest.receipt(row.name):
            _, sha256 = next(iter(receipt.files.values()))
            found.append(Part("model", row.name, receipt.version, row.licence, sha256))
    return found


def of_version() -> str:
    """Return what `offrecord --version` prints."""
    lines = [f"{OURS} {version(OURS)}", f"  program sha256:{program().sha256}"]
    lines += [f"  {each.name} {each.version} sha256:{each.sha256}" for each in models()]
    return "\n".join(lines)


def bill_of_materials() -> dict[str, Any]:
    """Return all of it as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), without dates."""
    ours, *others = parts()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _component(ours)},
        "components": [_component(each) for each in others],
    }


def _component(part: Part) -> dict[str, Any]:
    types = {"program": "application", "package": "library", "model": "machine-learning-model"}
    component: dict[str, Any] = {
        "type": types[part.kind],
        "bom-ref": f"{part.kind}:{part.name}",
        "name": part.name,
        "version": part.version,
        "licenses": [{"license": {"name": part.licence}}],
        "hashes": [{"alg": "SHA-256", "content": part.sha256}],
    }
    if part.kind == "package":
        component["purl"] = f"pkg:pypi/{part.name.lower()}@{part.version}"
    return component


def program_files() -> Iterator[str]:
    """Yield the paths of our own files, from the project's folder."""
    for room in ROOMS:
        for path in (PROJECT / room).rglob("*"):
            if path.is_file() and BYTECODE not in path.parts:
                yield path.relative_to(PROJECT).as_posix()


# --- packages ------------------------------------------------------------------------------------


def _packages() -> list[Part]:
    """Return what ours requires, and what that requires; extras count where they are installed."""
    found: dict[str, Part] = {}
    waiting = [_required(each) for each in distribution(OURS).requires or ()]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # of another system, or of an extra that nobody wanted
        found[name] = _part(package)
        waiting += [_required(e) for e in package.requires or () if not _NOT_HERE.search(e)]
    return sorted(found.values(), key=lambda part: part.name.lower())


def _required(words: str) -> str:
    """Return the name in a requirement, normalised as PEP 503 says."""
    name = _NAME.match(words)
    return re.sub(r"[-_.]+", "-", name[0]).lower() if name else ""


def _part(package: Distribution) -> Part:
    record = package.read_text("RECORD") or ""
    return Part(
        "package",
        package.metadata["Name"],
        package.version,
        _licence(package),
        hashlib.sha256(record.encode()).hexdigest(),
    )


def _licence(package: Distribution) -> str:
    """Return a package's licence in its own words: expression, field, classifier, or its text's."""
    if expression := _field(package, "License-Expression"):
        return expression
    words = _field(package, "License").strip()
    if words and len(words) <= MOST_WORDS:
        return words
    classified = [
        each.removeprefix(_OSI)
        for each in package.metadata.get_all("Classifier") or ()
        if each.startswith(_OSI)
    ]
    return " AND ".join(classified) or _read(package)


def _field(package: Distribution, name: str) -> str:
    (words, *_) = package.metadata.get_all(name) or [""]
    return str(words)


def _read(package: Distribution) -> str:
    texts = [each for each in package.files or () if _LICENCE_FILE.search(each.name)]
    for each in texts:
        text = Path(str(package.locate_file(each))).read_text("utf-8", "replace")
        for words, name in _KNOWN_WORDS.items():
            if words in " ".join(text.split()):
                return name
    return UNSTATED
