"""With what does this device speak TLS, and what speaks with it? Version 1.3, and nothing older."""

import ssl
from pathlib import Path

Context = ssl.SSLContext


def server(path: Path) -> ssl.SSLContext:
    """Return what a server with this key and certificate speaks. Raises OSError."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.num_tickets = 0  # no connection is resumed by a ticket, by which a phone could be known
    made.load_cert_chain(path)
    return made


def any_certificate() -> ssl.SSLContext:
    """Return what speaks TLS with anybody: whoever uses it compares the key's hash."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made
