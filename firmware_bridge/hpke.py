"""How does a wearable encrypt its sound so that only the chamber can open it? No I/O.

HPKE (RFC 9180), base mode, one suite: X25519, HKDF-SHA256, ChaCha20-Poly1305. The wearable has the
chamber's public key and makes a pair of its own each time it starts, so that nothing in it, and
nothing that was written down on the way, opens what it said before. Frames may get lost: each is
opened by its own number. The `cryptography` library has HPKE for single messages only, with a new
pair for each, which a small board cannot make 50 times a second: so the key schedule is here.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEY_BYTES: Final = 32
TAG_BYTES: Final = 16
NONCE_BYTES: Final = 12
SOUND: Final = b"offrecord sound 1"
"""The `info` that binds a key to its purpose."""
KEM: Final = b"KEM" + (0x0020).to_bytes(2, "big")
"""DHKEM(X25519, HKDF-SHA256)."""
SUITE: Final = b"HPKE" + b"".join(n.to_bytes(2, "big") for n in (0x0020, 0x0001, 0x0003))


class CannotOpen(ValueError):
    """It was encrypted to another key, or was changed on the way."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What both sides derive from the secret that they share."""

    cipher: ChaCha20Poly1305
    base_nonce: bytes

    def nonce(self, number: int) -> bytes:
        """Return that of a message; raise OverflowError beyond 2**96."""
        counted = number.to_bytes(NONCE_BYTES, "big")
        return bytes(a ^ b for a, b in zip(self.base_nonce, counted, strict=True))


class Sender:
    """A wearable's half, for one start of it: no number may be used twice."""

    def __init__(self, public: bytes, info: bytes = SOUND, own: bytes = b"") -> None:
        """Derive the keys. `public` is the chamber's, 32 bytes; `own` is for tests alone.

        Raises ValueError for what is no key.
        """
        pair = X25519PrivateKey.from_private_bytes(own) if own else X25519PrivateKey.generate()
        self.encapsulated = pair.public_key().public_bytes_raw()
        """What the chamber needs to open it, 32 bytes; no secret."""
        shared = pair.exchange(X25519PublicKey.from_public_bytes(public))
        self._context = _context(shared, self.encapsulated + public, info)

    def seal(self, number: int, known: bytes, plain: bytes) -> bytes:
        """Return `plain` encrypted, 16 bytes longer, bound to its number and to `known`."""
        return self._context.cipher.encrypt(self._context.nonce(number), plain, known)


class Receiver:
    """The chamber's half: opens what any wearable encrypted to its key."""

    def __init__(self, private: bytes, info: bytes = SOUND) -> None:
        """Prepare it; `private` is 32 bytes."""
        self._private = X25519PrivateKey.from_private_bytes(private)
        self._public = self._private.public_key().public_bytes_raw()
        self._info = info
        self._encapsulated = b""
        self._context: _Context | None = None

    def open(self, encapsulated: bytes, number: int, known: bytes, box: bytes) -> bytes:
        """Return what was sealed; raise CannotOpen."""
        if encapsulated != self._encapsulated:
            self._context, self._encapsulated = self._derived(encapsulated), encapsulated
        if not self._context:
            raise CannotOpen
        try:
            return self._context.cipher.decrypt(self._context.nonce(number), box, known)
        except InvalidTag:
            raise CannotOpen from None

    def _derived(self, encapsulated: bytes) -> _Context | None:
        try:
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(encapsulated))
        except ValueError:  # no key, or one that makes every secret the same
            return None
        return _context(shared, encapsulated + self._public, self._info)


def public_of(private: bytes) -> bytes:
    """Return the public half of 32 bytes."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _context(exchanged: bytes, both_public: bytes, info: bytes) -> _Context:
    """Return the keys of a connection: RFC 9180, sections 4.1 and 5.1."""
    shared = _expand(KEM, _extract(KEM, b"", b"eae_prk", exchanged), b"shared_secret", both_public)
    of_nobody = _extract(SUITE, b"", b"psk_id_hash", b"")
    of_purpose = _extract(SUITE, b"", b"info_hash", info)
    schedule = b"\0" + of_nobody + of_purpose  # 0: base mode
    secret = _extract(SUITE, shared, b"secret", b"")
    key = _expand(SUITE, secret, b"key", schedule)
    base_nonce = _expand(SUITE, secret, b"base_nonce", schedule, NONCE_BYTES)
    return _Context(ChaCha20Poly1305(key), base_nonce)


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    """Return LabeledExtract of RFC 9180, section 4."""
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + material, hashlib.sha256)


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int = 32) -> bytes:
    """Return LabeledExpand of RFC 9180, section 4, of at most 32 bytes: one round of HKDF."""
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, labelled + b"\x01", hashlib.sha256)[:length]
