"""`offrecord pair` and `offrecord phones`: let a phone in, see who was, shut one out."""

import argparse
import json
import socket
import ssl
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from edge import config, config_file, control, tls, whole_file
from edge.airlock import plain
from edge.bench.commands import subcommand
from edge.companion import addresses, key, pairing, phones
from edge.companion.wire import SCOPES, Scope
from edge.messages import Inquire, PhonesChanged

LISTENS_WITHIN_S: Final = 10.0
BETWEEN_LOOKS_S: Final = 0.25
ANSWERS_WITHIN_S: Final = 5.0


class PhonesRefused(RuntimeError):
    """What was asked cannot be done; one sentence."""


REFUSALS: Final = (PhonesRefused, key.NoCompanionKey)


def add_companion(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add `pair` and `phones`."""
    pairing_ = _placed(subcommand(commands, "pair", _pair))
    pairing_.add_argument(
        "--allow",
        type=_scopes,
        default=SCOPES,
        metavar="SCOPES",
        help=f"what it may do, of {','.join(SCOPES)} (all)",
    )
    pairing_.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help="write what a phone's browser is to trust into a new file, and pair nobody",
    )
    pairing_.add_argument(
        "--renew",
        action="store_true",
        help="make a new certificate, for the addresses of now; phones that trusted the old one "
        "need the new one too",
    )
    listing = _placed(subcommand(commands, "phones", _list, as_json=True))
    within = listing.add_subparsers(metavar="COMMAND")
    _placed(subcommand(within, "list", _list, as_json=True))
    revoking = _placed(subcommand(within, "revoke", _revoke))
    revoking.add_argument("phone", metavar="PHONE", help="its id or its name; `all` for all")


def _placed(made: argparse.ArgumentParser) -> argparse.ArgumentParser:
    made.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    made.add_argument("--data", type=Path, metavar="FOLDER", help="notes and ledger are here")
    return made


def _pair(arguments: argparse.Namespace) -> int:
    """Let a phone in: it scans what is shown, or is given the line, within two minutes."""
    settings = config_file.load(arguments.config)
    folder = arguments.data or config.data_folder(settings.notes)
    if arguments.certificate:
        _, authority = key.certificates(own_key(renew=arguments.renew))
        return _write_certificate(authority, arguments.certificate)
    if control.ask(folder, Inquire()) is None:
        raise PhonesRefused(f"nothing runs on {folder}; start `offrecord run` and pair then")
    port = settings.companion.port
    if not port:
        raise PhonesRefused("[companion] port is 0 in the configuration: phones never connect")
    here = addresses.own()
    if not here:
        raise PhonesRefused("this machine has no address on a network; join one and try again")
    device, _ = key.certificates(own_key(renew=arguments.renew))
    window = _open(folder, arguments.allow)
    try:
        known = {phone.id for phone in phones.paired(folder)}
        control.ask(folder, PhonesChanged())
        _listens(port, key.hash_of(device))
        _show(pairing.Link(tuple(here), port, key.hash_of(device), window.secret))
        return _wait(folder, window, known)
    finally:
        pairing.close(folder)
        with suppress(control.NoAnswer):
            control.ask(folder, PhonesChanged())


def own_key(*, renew: bool = False) -> Path:
    """Return this device's key, which is made if there is none. Raises NoCompanionKey."""
    folder = config.config_path().parent
    path = key.file_in(folder)
    if path.exists() and not renew:
        return path
    from edge.companion import certificate  # noqa: PLC0415 (only who makes one needs the library)

    name = socket.gethostname().lower()
    return certificate.make(folder, (f"{name}.local", "localhost"), (*addresses.own(), "127.0.0.1"))


def _write_certificate(authority: bytes, target: Path) -> int:
    if target.exists():
        raise PhonesRefused(f"{target} exists already; name a file that does not")
    try:
        whole_file.write(target, ssl.DER_cert_to_PEM_cert(authority).encode())
    except OSError as error:
        raise PhonesRefused(f"cannot write {target}: {error.strerror}") from None
    sys.stdout.write(
        f"{target} is what a phone's browser is to trust; docs/pairing.md says how.\n"
        f"The phone shows its SHA-256 fingerprint; it must be\n{key.fingerprint(authority)}\n"
    )
    return 0


def _open(folder: Path, scopes: Sequence[Scope]) -> pairing.Window:
    try:
        return pairing.open_window(folder, time.clock_gettime(time.CLOCK_BOOTTIME), scopes)
    except OSError as error:
        raise PhonesRefused(f"cannot open a pairing in {folder}: {error.strerror}") from None


def _listens(port: int, key_hash: str) -> None:
    """Make sure that it is the running Offrecord that answers on the port."""
    secure = tls.any_certificate()
    until_s = time.monotonic() + LISTENS_WITHIN_S
    while time.monotonic() < until_s:
        with suppress(OSError):
            plain = socket.create_connection(("127.0.0.1", port), ANSWERS_WITHIN_S)
            with plain, secure.wrap_socket(plain) as connection:
                found = connection.getpeercert(binary_form=True)
            if found and key.hash_of(found) == key_hash:
                return
            raise PhonesRefused(f"another program listens on port {port}; see [companion] port")
        time.sleep(BETWEEN_LOOKS_S)
    raise PhonesRefused(f"the running Offrecord does not listen on port {port}; is it taken?")


def _show(link: pairing.Link) -> None:
    import segno  # noqa: PLC0415 (only who pairs needs it)

    if sys.stdout.isatty():
        segno.make(str(link), error="l").terminal(sys.stdout, compact=True)
    sys.stdout.write(
        f"Scan this with the phone, or paste the line there, within {pairing.OPEN_S:.0f} s:\n"
        f"{link}\n"
        "A phone's browser refuses the page until it trusts this device: see docs/pairing.md.\n"
    )
    sys.stdout.flush()


def _wait(folder: Path, window: pairing.Window, known: set[str]) -> int:
    while window.is_open(time.clock_gettime(time.CLOCK_BOOTTIME)):
        for phone in phones.paired(folder):
            if phone.id not in known:
                sys.stdout.write(f"{plain(phone.name)} is paired ({phone.id}).\n")
                return 0
        if not (folder / pairing.FILE_NAME).exists():
            time.sleep(BETWEEN_LOOKS_S)  # it is just being let in
            if not {phone.id for phone in phones.paired(folder)} - known:
                raise PhonesRefused("the pairing was closed: wrong secrets came, or another began")
            continue
        time.sleep(BETWEEN_LOOKS_S)
    raise PhonesRefused("no phone came in time; `offrecord pair` opens another pairing")


def _list(arguments: argparse.Namespace) -> int:
    """Show which phones are paired."""
    paired = phones.paired(_folder(arguments))
    if arguments.json:
        rows = [
            {"id": p.id, "name": p.name, "scopes": p.scopes, "paired_s": p.paired_s} for p in paired
        ]
        sys.stdout.write(f"{json.dumps(rows)}\n")
    elif not paired:
        sys.stdout.write("No phone is paired; `offrecord pair` lets one in.\n")
    else:
        for phone in paired:
            when = datetime.fromtimestamp(phone.paired_s, UTC).astimezone()
            what = ", ".join(phone.scopes)
            sys.stdout.write(
                f"{phone.id}  {plain(phone.name)}  since {when:%Y-%m-%d %H:%M}  ({what})\n"
            )
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    """Shut a phone out, at once and for good."""
    folder = _folder(arguments)
    wanted = arguments.phone
    paired = phones.paired(folder)
    meant = [each for each in paired if wanted in {each.id, each.name, "all"}]
    if not meant or (len(meant) > 1 and wanted != "all"):
        how = "several phones are" if meant else "no phone is"
        raise PhonesRefused(f"{how} called {wanted!r}; `offrecord phones` lists their ids")
    try:
        for phone in meant:
            phones.revoke(folder, phone.id)
    except OSError as error:
        raise PhonesRefused(f"cannot revoke in {folder}: {error.strerror}") from None
    control.ask(folder, PhonesChanged())
    for phone in meant:
        sys.stdout.write(f"{plain(phone.name)} ({phone.id}) is shut out.\n")
    return 0


def _folder(arguments: argparse.Namespace) -> Path:
    return arguments.data or config.data_folder(config_file.load(arguments.config).notes)


def _scopes(words: str) -> tuple[Scope, ...]:
    wanted = [word.strip() for word in words.split(",")]
    if unknown := [word for word in wanted if word not in SCOPES]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(SCOPES)}")
    return tuple(scope for scope in SCOPES if scope in wanted)
