"""Encrypted to the chamber: as RFC 9180 has it, and as another implementation does it."""

import pytest
from cryptography.hazmat.primitives import hpke as theirs
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from firmware_bridge.hpke import SOUND, CannotOpen, Receiver, Sender, public_of

PRIVATE = bytes(range(32))
PUBLIC = public_of(PRIVATE)
INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
OWN = bytes.fromhex("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600")
THEIR_PRIVATE = bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
PLAIN = b"Beauty is truth, truth beauty"
SUITE = theirs.Suite(theirs.KEM.X25519, theirs.KDF.HKDF_SHA256, theirs.AEAD.CHACHA20_POLY1305)


@pytest.mark.parametrize(
    ("number", "known", "box"),
    [
        (
            *(0, b"Count-0"),
            "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
        ),
        (
            *(1, b"Count-1"),
            "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e85285337cc95ba5f59992dc98c",
        ),
    ],
)
def test_it_says_what_the_standard_says(number: int, known: bytes, box: str) -> None:
    # RFC 9180, appendix A.2.1
    public = public_of(THEIR_PRIVATE)
    sender = Sender(public, INFO, OWN)
    assert sender.encapsulated == public_of(OWN)
    assert sender.seal(number, known, PLAIN).hex() == box
    receiver = Receiver(THEIR_PRIVATE, INFO)
    assert receiver.open(sender.encapsulated, number, known, bytes.fromhex(box)) == PLAIN


def test_another_implementation_opens_ours_and_we_open_theirs() -> None:
    private = X25519PrivateKey.from_private_bytes(PRIVATE)
    sender = Sender(PUBLIC)
    ours = sender.encapsulated + sender.seal(0, b"", PLAIN)
    assert SUITE.decrypt(ours, private, SOUND) == PLAIN
    made = SUITE.encrypt(PLAIN, X25519PublicKey.from_public_bytes(PUBLIC), SOUND)
    assert Receiver(PRIVATE).open(made[:32], 0, b"", made[32:]) == PLAIN


def test_what_was_lost_between_does_not_matter_and_another_start_is_another_key() -> None:
    receiver = Receiver(PRIVATE)
    first, second = Sender(PUBLIC), Sender(PUBLIC)
    for number in (7, 3, 2**32 - 1):
        for sender in (first, second):
            box = sender.seal(number, b"head", PLAIN)
            assert receiver.open(sender.encapsulated, number, b"head", box) == PLAIN
    assert first.seal(0, b"", PLAIN) != second.seal(0, b"", PLAIN)


def test_nothing_is_opened_that_was_changed_or_is_for_somebody_else() -> None:
    sender = Sender(PUBLIC)
    box = sender.seal(5, b"head", PLAIN)
    encapsulated = sender.encapsulated
    turned = bytes([box[0] ^ 1]) + box[1:]
    tries = [
        (Receiver(PRIVATE), encapsulated, 5, b"head", turned),
        (Receiver(PRIVATE), encapsulated, 6, b"head", box),
        (Receiver(PRIVATE), encapsulated, 5, b"Head", box),
        (Receiver(PRIVATE), bytes(32), 5, b"head", box),
        (Receiver(PRIVATE), b"\1" * 32, 5, b"head", box),
        (Receiver(PRIVATE), encapsulated, 5, b"head", b"short"),
        (Receiver(bytes(31) + b"\1"), encapsulated, 5, b"head", box),
    ]
    for receiver, *rest in tries:
        with pytest.raises(CannotOpen):
            receiver.open(*rest)
    assert tries[0][0].open(encapsulated, 5, b"head", box) == PLAIN


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        Sender(b"short")
