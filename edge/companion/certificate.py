"""How is the device's certificate made? Signed by an authority that exists for a millisecond.

Browsers want a chain of trust. The authority's key is never stored, and it may name this device's
names alone: whoever installs its certificate on a phone gives nobody, not even the thief of this
device, the power to pretend to be another site. A new certificate keeps the device's key, and so
every paired phone that knows the key's hash.
"""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edge import whole_file
from edge.companion.key import NoCompanionKey, file_in

LIVES: Final = dt.timedelta(days=820)
"""Apple's devices refuse certificates that are valid for more than 825 days."""
AUTHORITY: Final = "Offrecord authority for one device"
CLOCKS_DIFFER: Final = dt.timedelta(days=1)
PEM: Final = serialization.Encoding.PEM
NOT_FOR: Final = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "crl_sign", "encipher_only", "decipher_only"),
)
"""What an authority's key is not for: it signs certificates, and no more."""


def make(folder: Path, names: Sequence[str], addresses: Sequence[str]) -> Path:
    """Make a certificate for these names and addresses, of the key that is there or a new one.

    Raises NoCompanionKey.
    """
    path = file_in(folder)
    key = _key(path)
    authority = ec.generate_private_key(ec.SECP256R1())
    hosts = [ipaddress.ip_network(address) for address in addresses]
    dns = [x509.DNSName(name) for name in names]
    ours = [*dns, *(x509.IPAddress(host.network_address) for host in hosts)]
    permitted = [*dns, *(x509.IPAddress(host) for host in hosts)]
    device = (
        _begun("Offrecord device", key.public_key(), authority)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(ours), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    signs = x509.KeyUsage(key_cert_sign=True, **dict.fromkeys(NOT_FOR, False))
    itself = (
        _begun(AUTHORITY, authority.public_key(), authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(signs, critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
    )
    content = key.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for each in (device, itself):
        content += each.sign(authority, hashes.SHA256()).public_bytes(PEM)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole_file.write(path, content)
    except OSError as error:
        raise NoCompanionKey(f"cannot keep the key in {path}: {error.strerror}") from None
    return path


def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), None)
    except FileNotFoundError:
        return ec.generate_private_key(ec.SECP256R1())
    except (OSError, ValueError, TypeError):
        found = None
    if isinstance(found, ec.EllipticCurvePrivateKey):
        return found
    raise NoCompanionKey(f"{path} holds no key; delete it and pair every phone anew")


def _begun(
    words: str, public: ec.EllipticCurvePublicKey, authority: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    issuer = authority.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(_name(words))
        .issuer_name(_name(AUTHORITY))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now - CLOCKS_DIFFER + LIVES)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
    )


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])
