"""What does the head of a GGUF file say of a language model? Read before anything is loaded.

Foreign bytes: every count and length is bounded, and what is not asked for is passed over.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

MAGIC: Final = b"GGUF"
VERSIONS: Final = (2, 3)
MOST_FACTS: Final = 4096
MOST_ITEMS: Final = 4_000_000
"""Of one list; a vocabulary has up to 300 000."""
LONGEST_TEXT_BYTES: Final = 1 << 20
MIB: Final = 1 << 20
HALF_PRECISION_BYTES: Final = 2
"""Of each number that is remembered of what was read."""
OWN_BYTES: Final = 160 * MIB
"""Python, the library, and the buffers of one step; measured with 262 144 tokens to choose from."""
WORK_SHARE: Final = 20
"""A larger model needs larger buffers, by this part of its file."""

_NUMBERS: Final = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?"}
_LONG_NUMBERS: Final = {10: "<Q", 11: "<q", 12: "<d"}
_FORMS: Final = _NUMBERS | _LONG_NUMBERS
_TEXT, _LIST = 8, 9

Value = int | float | str | list[int]


class UselessModel(ValueError):
    """A file cannot be used as a language model; one sentence says why."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be used as a language model: {why}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a model without loading it."""

    path: Path
    file_bytes: int
    architecture: str
    licence: str
    """As its maker wrote it; empty where nothing is said."""
    longest_context: int
    """In tokens."""
    remembered_bytes: int
    """What one token of context takes at most."""
    converses: bool
    """Whether it was taught to answer; another only continues a text."""

    def needed_bytes(self, context: int) -> int:
        """Return what a process takes that holds it, at its peak, with so many tokens in mind."""
        work_bytes = OWN_BYTES + self.file_bytes // WORK_SHARE
        return self.file_bytes + context * self.remembered_bytes + work_bytes


def read(path: Path) -> Facts:
    """Read what a file says of itself; raise UselessModel."""
    try:
        with path.open("rb") as file:
            found = _facts(file)
            file_bytes = path.stat().st_size
        return _understood(path, file_bytes, found)
    except OSError as refusal:
        raise UselessModel(path, refusal.strerror or "it cannot be read") from None
    except (struct.error, UnicodeDecodeError, _Broken):
        raise UselessModel(path, "it is no GGUF file, or only part of one") from None
    except KeyError as missing:
        raise UselessModel(path, f"it does not say its {missing.args[0]}") from None


class _Broken(ValueError):
    """A count or a kind that no GGUF file has."""


def _facts(file: BinaryIO) -> dict[str, Value]:
    """Return every fact that is a number, a text, or a short list of whole numbers."""
    if file.read(4) != MAGIC:
        raise _Broken
    version, _tensors, count = struct.unpack("<IQQ", file.read(20))
    if version not in VERSIONS or count > MOST_FACTS:
        raise _Broken
    found: dict[str, Value] = {}
    for _ in range(count):
        name = _text(file)
        (kind,) = struct.unpack("<I", file.read(4))
        value = _list(file) if kind == _LIST else _one(file, kind)
        if value is not None:
            found[name] = value
    return found


def _one(file: BinaryIO, kind: int) -> Value:
    if kind == _TEXT:
        return _text(file)
    form = _FORMS.get(kind)
    if not form:
        raise _Broken
    (number,) = struct.unpack(form, file.read(struct.calcsize(form)))
    value: int | float = number
    return value


def _text(file: BinaryIO) -> str:
    return _bytes_of_text(file).decode("utf-8")


def _bytes_of_text(file: BinaryIO) -> bytes:
    (length,) = struct.unpack("<Q", file.read(8))
    if length > LONGEST_TEXT_BYTES:
        raise _Broken
    text = file.read(length)
    if len(text) < length:
        raise _Broken
    return text


def _list(file: BinaryIO) -> list[int] | None:
    """Return a list that could be one number a layer; pass over every other."""
    kind, count = struct.unpack("<IQ", file.read(12))
    if count > MOST_ITEMS:
        raise _Broken
    if kind == _TEXT:
        for _ in range(count):
            _bytes_of_text(file)
        return None
    form = _FORMS.get(kind)
    if not form:
        raise _Broken
    content = file.read(count * struct.calcsize(form))
    if count > MOST_FACTS or form in {"<f", "<d"}:
        return None
    return [number for (number,) in struct.iter_unpack(form, content)]


def _understood(path: Path, file_bytes: int, found: dict[str, Value]) -> Facts:
    architecture = str(found["general.architecture"])

    def number(name: str, otherwise: Callable[[], int] | None = None) -> int:
        value = found.get(f"{architecture}.{name}")
        if isinstance(value, int):
            return value
        if otherwise is None:
            raise KeyError(name.replace("_", " "))
        return otherwise()

    layers = number("block_count")
    heads = found.get(f"{architecture}.attention.head_count_kv")
    if not isinstance(heads, list):
        heads = [heads if isinstance(heads, int) else number("attention.head_count")] * layers

    def width() -> int:
        return number("embedding_length") // max(1, number("attention.head_count"))

    widths = number("attention.key_length", width) + number("attention.value_length", width)
    return Facts(
        path=path,
        file_bytes=file_bytes,
        architecture=architecture,
        licence=str(found.get("general.license", "")),
        longest_context=number("context_length"),
        remembered_bytes=HALF_PRECISION_BYTES * sum(heads) * widths,
        converses="tokenizer.chat_template" in found,
    )
