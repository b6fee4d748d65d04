"""Where does the owner's secret come from? An ordered table; it never lies in the data folder.

A credential that systemd hands over comes first (with `systemd-creds encrypt` and a TPM it can be
read on this machine alone). Otherwise the key file in the configuration's folder says: it holds the
secret itself, or names the desktop's keyring (by `secret-tool`), or holds the secret locked with a
passphrase. Whoever steals the data folder gets nothing; whoever steals the whole memory card gets
the key file too, and only a passphrase or a TPM protects against that.

The launcher and the commands ask for it; of the started processes only the runtime is given it.
"""

import contextlib
import getpass
import hashlib
import hmac
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from edge import config, whole_file
from edge.garbled import GARBLED
from edge.notes.migration import shred
from edge.notes.vault import SECRET_BYTES

FILE_NAME: Final = "notes.key"
OLD_NAME: Final = f"{FILE_NAME}.old"
CREDENTIAL: Final = "offrecord-notes"
CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"
KEYRING: Final = ("service", "offrecord", "what", "notes")
KEYRING_WITHIN_S: Final = 60
"""A keyring that is locked asks its owner."""
SCRYPT: Final = {"n": 1 << 15, "r": 8, "p": 1, "maxmem": 1 << 26}
"""32 MB and 0.1 s on a desktop, 0.5 s on a small board."""

Home = Literal["file", "keyring", "passphrase"]
Secret = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Ask = Callable[[str], str]


class NoKey(RuntimeError):
    """The secret cannot be had; one sentence."""


class InFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="file"):
    """The key file holds it."""

    secret: Secret


class InKeyring(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="keyring"):
    """The desktop's keyring holds it."""


class Locked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="passphrase"):
    """The key file holds it under a passphrase, with which alone it can be read."""

    salt: Secret
    locked: Secret
    """The secret and what scrypt makes of the passphrase, one XOR the other."""
    check: Secret


_key_files: Final[msgspec.json.Decoder[InFile | InKeyring | Locked]] = msgspec.json.Decoder(
    InFile | InKeyring | Locked
)


def path() -> Path:
    """Return where the key file is."""
    return config.config_path().with_name(FILE_NAME)


def secret(ask: Ask = getpass.getpass, *, may_make: bool = True) -> bytes:
    """Return the secret; the very first time it is made, into the key file. Raises NoKey."""
    credential = os.environ.get(CREDENTIALS)
    if credential and (file := Path(credential) / CREDENTIAL).exists():
        return _from_credential(file)
    try:
        with contextlib.suppress(OSError):
            _clear_away()
        return _opened(path().read_bytes(), ask)
    except FileNotFoundError:
        if not may_make:
            raise NoKey(f"there is no key at {path()}, and so nothing can be read") from None
    except GARBLED:
        raise NoKey(f"{path()} is no key file; bring back the one that was there") from None
    except OSError as error:
        raise NoKey(f"cannot read the key {path()}: {error.strerror}") from None
    made = secrets.token_bytes(SECRET_BYTES)
    _store(InFile(made.hex()))
    return made


def move(to: Home, ask: Ask = getpass.getpass) -> None:
    """Keep the same secret elsewhere: nothing needs to be encrypted again. Raises NoKey."""
    moved = secret(ask)
    kept: InFile | InKeyring | Locked = InFile(moved.hex())
    if to == "keyring":
        _keyring("store", "--label=Offrecord's notes", *KEYRING, words=moved.hex())
        kept = InKeyring()
    elif to == "passphrase":
        words = ask("A passphrase for your notes: ")
        if not words or words != ask("The same again: "):
            raise NoKey("the two were not the same, or empty; nothing was changed")
        kept = _lock(moved, words)
    was_in_keyring = home() == "keyring"
    _clear_away()
    with contextlib.suppress(OSError):  # FAT knows no second names, and is not overwritten in place
        os.link(path(), path().with_name(OLD_NAME))  # the key file has its name all through
    _store(kept)
    _clear_away()
    if was_in_keyring and to != "keyring":
        _keyring("clear", *KEYRING)


def _clear_away() -> None:
    """Overwrite the key file as it was before a move, also one that a death interrupted."""
    old = path().with_name(OLD_NAME)
    if not (old.exists() and path().exists()):
        return
    if old.samefile(path()):
        old.unlink()  # nothing had been moved yet
    else:
        shred(old)


def where() -> str:
    """Say in a few words where the secret is; empty where there is none yet."""
    credential = os.environ.get(CREDENTIALS)
    if credential and (Path(credential) / CREDENTIAL).exists():
        return "in a credential of systemd"
    return {
        "file": f"in {path()}, readable by you alone",
        "keyring": "in the desktop's keyring",
        "passphrase": f"in {path()}, locked with your passphrase",
        "": "",
    }[home()]


def home() -> Home | Literal[""]:
    """Return where the key file says that the secret is; empty where there is none yet."""
    try:
        found = _key_files.decode(path().read_bytes())
    except (OSError, *GARBLED):
        return ""
    match found:
        case InFile():
            return "file"
        case InKeyring():
            return "keyring"
        case Locked():
            return "passphrase"


def nobody(_question: str) -> str:
    """Answer in place of a person: where nobody is to be asked."""
    raise NoKey("the notes are locked with a passphrase")


def _from_credential(file: Path) -> bytes:
    try:
        content = file.read_bytes().strip()
    except OSError as error:
        raise NoKey(f"cannot read the credential {CREDENTIAL}: {error.strerror}") from None
    return hashlib.sha256(b"offrecord credential" + content).digest()


def _opened(content: bytes, ask: Ask) -> bytes:
    match _key_files.decode(content):
        case InFile(secret=found):
            return bytes.fromhex(found)
        case InKeyring():
            found = _keyring("lookup", *KEYRING).strip()
            if len(found) != 2 * SECRET_BYTES:
                raise NoKey("the desktop's keyring no longer holds the key of the notes")
            return bytes.fromhex(found)
        case Locked() as locked:
            return _unlock(locked, ask)


def _unlock(locked: Locked, ask: Ask) -> bytes:
    if not sys.stdin.isatty() and ask is getpass.getpass:
        raise NoKey("the notes are locked with a passphrase; start Offrecord in a terminal")
    mask = _stretched(ask("The passphrase of your notes: "), bytes.fromhex(locked.salt))
    found = _xor(bytes.fromhex(locked.locked), mask)
    if not hmac.compare_digest(_check(found), locked.check):
        raise NoKey("that is not the passphrase of these notes; nothing was changed")
    return found


def _lock(moved: bytes, words: str) -> Locked:
    salt = secrets.token_bytes(SECRET_BYTES)
    return Locked(salt.hex(), _xor(moved, _stretched(words, salt)).hex(), _check(moved))


def _stretched(words: str, salt: bytes) -> bytes:
    return hashlib.scrypt(words.encode(), salt=salt, dklen=SECRET_BYTES, **SCRYPT)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _check(found: bytes) -> str:
    return hmac.new(found, b"offrecord check", hashlib.sha256).hexdigest()


def _store(kept: InFile | InKeyring | Locked) -> None:
    try:
        path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole_file.write(path(), msgspec.json.encode(kept))
    except OSError as error:
        raise NoKey(f"cannot keep the key in {path()}: {error.strerror}") from None


def _keyring(*arguments: str, words: str = "") -> str:
    program = shutil.which("secret-tool")
    if program is None:
        raise NoKey("the desktop's keyring needs secret-tool: apt install libsecret-tools")
    try:
        done = subprocess.run(  # noqa: S603 (a program of the system, no shell)
            [program, *arguments],
            input=words,
            capture_output=True,
            text=True,
            check=False,
            timeout=KEYRING_WITHIN_S,
        )
    except subprocess.TimeoutExpired:
        raise NoKey("the desktop's keyring did not answer; unlock it and try again") from None
    if done.returncode:
        raise NoKey("the desktop's keyring refused; unlock it and try again")
    return done.stdout
