"""How is a sentence closed so that one member alone can read it, and knows whose it is? Pure.

X25519 of both members' lasting keys gives a secret that only they have; HKDF-SHA256 makes of it,
with a fresh salt and both public keys in their order, a key for this one message; it is closed with
ChaCha20-Poly1305, whose additional data are version, number and salt (RFC 7748, 5869, 8439). So
the recipient knows the sender, a message cannot be sent back or on, and no key closes two. What
this does not give: who steals a member's key can read that member's old messages too, if kept.
"""

import os
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edge.airlock import plain

VERSION: Final = b"\x01"
KEY_BYTES: Final = 32
NUMBER_BYTES, SALT_BYTES, TAG_BYTES = 8, 16, 16
OPEN_BYTES: Final = len(VERSION) + NUMBER_BYTES + SALT_BYTES
"""What of an envelope is not closed, and cannot be changed either."""
MOST_CHARACTERS: Final = 800
MOST_BYTES: Final = OPEN_BYTES + 4 * MOST_CHARACTERS + TAG_BYTES
NONCE: Final = bytes(12)
"""A key closes one message, so that any nonce will do."""
PURPOSE: Final = b"offrecord team 1"


class Unreadable(ValueError):
    """It is no envelope from that member to us; no word of what is in it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a member said."""

    number: int
    """Larger than that of any before."""
    text: str


def public_key(private: bytes) -> bytes:
    """Return the key that others are to know."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def close(private: bytes, recipient: bytes, letter: Letter) -> bytes:
    """Return an envelope that only the owner of a public key can open."""
    salt = os.urandom(SALT_BYTES)
    head = VERSION + letter.number.to_bytes(NUMBER_BYTES, "big") + salt
    key = _key(private, recipient, salt, PURPOSE + public_key(private) + recipient)
    return head + ChaCha20Poly1305(key).encrypt(NONCE, letter.text.encode(), head)


def open_(private: bytes, sender: bytes, envelope: bytes) -> Letter:
    """Return what is in an envelope from the owner of a public key. Raises Unreadable."""
    return _opened(private, sender, envelope, sender + public_key(private))


def reread(private: bytes, recipient: bytes, envelope: bytes) -> Letter:
    """Return what is in an envelope of our own to the owner of a key. Raises Unreadable."""
    return _opened(private, recipient, envelope, public_key(private) + recipient)


def _opened(private: bytes, other: bytes, envelope: bytes, order: bytes) -> Letter:
    head, closed = envelope[:OPEN_BYTES], envelope[OPEN_BYTES:]
    if not (TAG_BYTES <= len(closed) <= MOST_BYTES - OPEN_BYTES and head.startswith(VERSION)):
        raise Unreadable("it has no envelope's form")
    key = _key(private, other, head[-SALT_BYTES:], PURPOSE + order)
    try:
        text = ChaCha20Poly1305(key).decrypt(NONCE, closed, head).decode()
    except (InvalidTag, UnicodeDecodeError):
        raise Unreadable("it was not closed by that member for us") from None
    number = int.from_bytes(head[len(VERSION) : len(VERSION) + NUMBER_BYTES], "big")
    return Letter(number, plain(text, MOST_CHARACTERS))


def _key(private: bytes, other: bytes, salt: bytes, purpose: bytes) -> bytes:
    try:
        secret = X25519PrivateKey.from_private_bytes(private).exchange(
            X25519PublicKey.from_public_bytes(other)
        )
    except ValueError:  # a public key that gives everybody the same secret
        raise Unreadable("that member's key is none") from None
    return HKDF(SHA256(), KEY_BYTES, salt, purpose).derive(secret)
