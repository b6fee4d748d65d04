"""Which phones are paired? One small file each; who deletes it has shut that phone out for good.

A file holds the hash of the phone's token, never the token. The runtime writes one when a phone is
let in, and the owner's command, which may run without it, deletes: nobody rewrites what is there.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import msgspec

from edge import whole_file
from edge.companion.wire import PhoneId, PhoneName, Scope
from edge.garbled import GARBLED

FOLDER: Final = "phones"
MOST: Final = 16
"""More are refused: each is a way in."""
MOST_BYTES: Final = 2048
ID_BYTES, TOKEN_BYTES = 6, 32


class Phone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One paired phone."""

    id: PhoneId
    name: PhoneName
    scopes: tuple[Scope, ...]
    paired_s: float
    """Seconds since 1970."""
    token_hash: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class TooManyPhones(RuntimeError):
    """So many are paired already; one sentence."""


def let_in(data: Path, name: str, scopes: Sequence[Scope]) -> tuple[Phone, str]:
    """Pair a phone; return it and its token, which is told it and then nobody's but its own.

    Raises TooManyPhones, OSError.
    """
    if len(paired(data)) >= MOST:
        raise TooManyPhones(f"{MOST} phones are paired; revoke one with `offrecord phones revoke`")
    number = secrets.token_hex(ID_BYTES)
    token = f"{number}.{secrets.token_hex(TOKEN_BYTES)}"
    phone = Phone(number, name, tuple(scopes), time.time(), _hash(token))
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    whole_file.write(_file(data, number), msgspec.json.encode(phone))
    return phone, token


def of_token(data: Path, token: str) -> Phone | None:
    """Return whose token this is; None for one that was never given, or was revoked."""
    phone = _read(_file(data, token.partition(".")[0]))
    is_its = phone is not None and hmac.compare_digest(phone.token_hash, _hash(token))
    return phone if is_its else None


def paired(data: Path) -> list[Phone]:
    """Return all paired phones, the first one first."""
    found = [phone for path in (data / FOLDER).glob("*.json") if (phone := _read(path))]
    return sorted(found, key=lambda phone: phone.paired_s)


def is_paired(data: Path, number: str) -> bool:
    """Say whether a phone is still let in."""
    return _file(data, number).exists()


def revoke(data: Path, number: str) -> bool:
    """Let a phone in no more; False if it was not paired. Raises OSError."""
    with suppress(FileNotFoundError):
        _file(data, number).unlink()
        return True
    return False


def _file(data: Path, number: str) -> Path:
    return data / FOLDER / f"{number}.json"


def _read(path: Path) -> Phone | None:
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(MOST_BYTES), type=Phone)
    except (OSError, *GARBLED):
        return None  # whoever cannot be read is not let in


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
