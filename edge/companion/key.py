"""What is the device's identity for a phone? The hash of its key: whoever knows it trusts no other.

The file holds the key, its certificate and its authority's (`edge/companion/certificate.py` makes
them); it lies beside the key of the notes, never in the data folder.
"""

import base64
import hashlib
import ssl
from pathlib import Path
from typing import Final

from edge import tls

FILE_NAME: Final = "companion.pem"
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
OTHERS: Final = 0o077
"""The bits of a file's mode that let anybody but its owner do something."""
SEQUENCE, VERSION = 0x30, 0xA0
LONG: Final = 0x80
BEFORE_THE_KEY: Final = 5
"""Fields of a certificate between its version and its key (RFC 5280, section 4.1)."""


class NoCompanionKey(RuntimeError):
    """The key cannot be made or used; one sentence."""


def file_in(folder: Path) -> Path:
    """Return where the key is."""
    return folder / FILE_NAME


def certificates(path: Path) -> tuple[bytes, bytes]:
    """Return the device's certificate and its authority's, as DER. Raises NoCompanionKey."""
    try:
        parts = path.read_text("ascii").split(BEGIN)[1:]
        found = [
            ssl.PEM_cert_to_DER_cert(f"{BEGIN}{part.partition(END)[0]}{END}") for part in parts
        ]
    except OSError as error:
        raise NoCompanionKey(f"cannot read the key {path}: {error.strerror}") from None
    except ValueError:
        found = []
    match found:
        case [device, authority]:
            return device, authority
    raise NoCompanionKey(f"{path} does not hold two certificates; `offrecord pair --renew` does")


def context(path: Path) -> ssl.SSLContext:
    """Return what a server speaks with this key. Raises NoCompanionKey."""
    try:
        if path.stat().st_mode & OTHERS:
            raise NoCompanionKey(f"others may read {path}; `chmod 600 {path}` makes it yours alone")
        return tls.server(path)
    except OSError as error:  # ssl.SSLError is one
        raise NoCompanionKey(f"cannot use the key {path}: {error.strerror}") from None


def hash_of(certificate: bytes) -> str:
    """Return the SHA-256 of a DER certificate's key as a link spells it. Raises ValueError.

    It is that of the whole SubjectPublicKeyInfo: a new certificate of the same key has the same.
    """
    return base64.urlsafe_b64encode(hashlib.sha256(_key_of(certificate)).digest())[:-1].decode()


def fingerprint(certificate: bytes) -> str:
    """Return the hash of a whole certificate as phones show it."""
    return hashlib.sha256(certificate).digest().hex(":").upper()


def _key_of(certificate: bytes) -> bytes:
    at, _ = _inside(certificate, 0)
    at, end = _inside(certificate, at)
    if certificate[at : at + 1] == bytes([VERSION]):
        _, at = _inside(certificate, at)
    for _ in range(BEFORE_THE_KEY):
        _, at = _inside(certificate, at)
    _, last = _inside(certificate, at)
    if last > end or certificate[at] != SEQUENCE:
        raise ValueError("this is no certificate")
    return certificate[at:last]


def _inside(der: bytes, at: int) -> tuple[int, int]:
    """Return where the content of a DER element begins and ends. Raises ValueError."""
    if at + 2 > len(der):
        raise ValueError("this is no certificate")
    length, begin = der[at + 1], at + 2
    if length & LONG:
        size = length & ~LONG
        length, begin = int.from_bytes(der[begin : begin + size]), begin + size
    if begin + length > len(der):
        raise ValueError("this is no certificate")
    return begin, begin + length
