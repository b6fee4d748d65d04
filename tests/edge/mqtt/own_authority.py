"""A throw-away authority for TLS, and the certificates that it gives to a broker."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class Authority:
    """One that nobody knows but who is given its file."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self._name = folder, named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        made = _begun(self._name, self._name, self._key.public_key(), 30)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        own = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        made = made.add_extension(own, critical=False).add_extension(usage, critical=True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(_pem(made.sign(self._key, hashes.SHA256())))

    def listener(self, host: str, days: int = 30) -> list[str]:
        """Return a mosquitto's lines for a certificate of this host, good for so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _begun(named(host), self._name, key.public_key(), days)
        try:
            alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            alternative = x509.DNSName(host)
        made = made.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = made.add_extension(own, critical=False)
        shown, kept = self.folder / f"{host}{days}.pem", self.folder / f"{host}{days}.key"
        shown.write_bytes(_pem(made.sign(self._key, hashes.SHA256())))
        kept.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return [f"certfile {shown}", f"keyfile {kept}"]


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - 60 * DAY)
    return made.not_valid_after(now + days * DAY)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
