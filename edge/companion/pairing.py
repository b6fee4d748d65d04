"""How is a phone let in? The owner opens a window; whoever shows its secret in time comes in, once.

The window is a file in the data folder: who takes it away has used it, so no two phones come in by
one secret, whatever happens at the same moment. The secret reaches the phone on the device's own
screen, in the fragment of a link, which no browser sends; the phone proves that it knows it, for
this connection and this device's key alone. The secret has 128 bits: there is nothing to guess.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import parse_qs, urlsplit

import msgspec

from edge import whole_file
from edge.companion.wire import Scope
from edge.garbled import GARBLED

FILE_NAME: Final = "pairing"
OPEN_S: Final = 120.0
SECRET_BYTES: Final = 16
MOST_BYTES: Final = 1024
MOST_WRONG: Final = 20
"""So many wrong proofs close a window: somebody is at it who has not seen the screen."""


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pairing that is open."""

    secret: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
    until_s: float
    """By the clock that counts since boot (CLOCK_BOOTTIME)."""
    scopes: tuple[Scope, ...]

    def is_open(self, since_boot_s: float) -> bool:
        """Say whether it still is; one of before a reboot is not."""
        return 0 < self.until_s - since_boot_s <= OPEN_S


def open_window(folder: Path, since_boot_s: float, scopes: Sequence[Scope]) -> Window:
    """Open a window; one that was open is not any more. Raises OSError."""
    secret = secrets.token_hex(SECRET_BYTES)
    window = Window(secret, since_boot_s + OPEN_S, tuple(scopes))
    whole_file.write(folder / FILE_NAME, msgspec.json.encode(window))
    return window


def look(folder: Path, since_boot_s: float) -> Window | None:
    """Return the window that is open. Raises OSError."""
    try:
        with (folder / FILE_NAME).open("rb") as file:
            window = msgspec.json.decode(file.read(MOST_BYTES), type=Window)
    except (FileNotFoundError, *GARBLED):
        return None
    return window if window.is_open(since_boot_s) else None


def close(folder: Path) -> bool:
    """Close the window, and say whether it was this call that did. Raises OSError."""
    try:
        (folder / FILE_NAME).unlink()
    except FileNotFoundError:
        return False
    return True


# --- proofs --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Meeting:
    """What both sides of one connection know before they pair."""

    key_hash: str
    """Of the device's key: the phone takes it from the link, never from the connection."""
    device_nonce: str
    phone_nonce: str
    name: str

    def phone_proof(self, secret: str) -> str:
        """Return what shows that a phone knows the secret."""
        return self._proof(secret, "phone")

    def device_proof(self, secret: str, token: str) -> str:
        """Return what shows the same of the device, and that the token came from it."""
        return self._proof(secret, "device", token)

    def _proof(self, secret: str, *words: str) -> str:
        said = "\n".join(
            ("offrecord 1", *words, self.key_hash, self.device_nonce, self.phone_nonce, self.name)
        )
        return hmac.new(bytes.fromhex(secret), said.encode(), "sha256").hexdigest()


# --- the link ------------------------------------------------------------------------------------


class BadLink(ValueError):
    """Nobody can pair by this; one sentence."""


@dataclass(frozen=True, slots=True)
class Link:
    """What the device's screen shows: where it is, its key's hash and the secret."""

    addresses: tuple[str, ...]
    port: int
    key_hash: str
    secret: str = ""

    def __str__(self) -> str:
        first, *others = (f"[{each}]" if ":" in each else each for each in self.addresses)
        code = base64.urlsafe_b64encode(bytes.fromhex(self.secret)).rstrip(b"=").decode()
        also = "".join(f"&also={each}" for each in others)
        return f"https://{first}:{self.port}/#pair={code}&key={self.key_hash}{also}"

    @classmethod
    def read(cls, line: str) -> Self:
        """Return what a pasted line says. Raises BadLink."""
        try:
            parts = urlsplit(line.strip())
            fields = parse_qs(parts.fragment, strict_parsing=True)
            code = fields["pair"][0]
            secret = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
            if parts.scheme != "https" or not parts.hostname or len(secret) != SECRET_BYTES:
                raise BadLink("this is no line of `offrecord pair`")
            also = tuple(each.strip("[]") for each in fields.get("also", []))
            return cls((parts.hostname, *also), parts.port or 443, fields["key"][0], secret.hex())
        except (ValueError, KeyError, binascii.Error):
            raise BadLink("this is no line of `offrecord pair`") from None
