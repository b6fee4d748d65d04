"""How does a file come over a network that fails? In parts, again, and hashed before it is opened.

A download grows as `NAME.part` and is resumed from there; only when its size and hash are right is
it renamed to `NAME`. So a file without `.part` is whole.
"""

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

CHUNK_BYTES = 1 << 18
TIMEOUT_S = 30.0
PAUSES_S = (0.5, 1.0, 2.0)
"""Before the second, third and fourth attempt."""
DOCUMENT_BYTES = 64 << 20
"""No package's description is longer."""

Advance = Callable[[int], None]
Result = TypeVar("Result")


class DownloadFailed(ConnectionError):
    """The bytes did not come, or they were not the right ones."""


class WrongHash(DownloadFailed):
    """The bytes came, and are not those that were recorded."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not what was recorded (wrong sha256)")


def _no_headers(_url: str) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Door:
    """The way out: an opener with its proxies and certificates, and headers by address."""

    opener: urllib.request.OpenerDirector = field(default_factory=urllib.request.build_opener)
    headers: Callable[[str], Mapping[str, str]] = _no_headers

    def open(self, url: str, start: int = 0) -> http.client.HTTPResponse:
        """Open `url` from byte `start` on; credentials do not follow a redirect."""
        if not url.startswith(("https://", "http://")):
            raise DownloadFailed(f"{url} is not a web address")
        request = urllib.request.Request(url)  # noqa: S310 - the scheme is checked above
        for name, value in self.headers(url).items():
            request.add_unredirected_header(name, value)
        if start:
            request.add_header("Range", f"bytes={start}-")
        response: http.client.HTTPResponse = self.opener.open(request, timeout=TIMEOUT_S)
        return response


@dataclass(frozen=True)
class Wanted:
    """What must arrive."""

    url: str
    sha256: str
    bytes: int


def download(wanted: Wanted, target: Path, door: Door, advance: Advance) -> None:
    """Bring `wanted` to `target`, going on where an earlier attempt stopped; or DownloadFailed."""
    if is_file(target, wanted.sha256):
        return
    part = target.with_name(target.name + ".part")
    for is_fresh in (not part.exists(), True):
        persistently(wanted.url, lambda: _grow(wanted, part, door, advance))
        if is_file(part, wanted.sha256):
            part.replace(target)
            return
        part.unlink()
        if is_fresh:
            raise WrongHash(wanted.url)


def document(url: str, door: Door) -> bytes:
    """Return a short text such as a package's description, or raise DownloadFailed."""

    def get() -> bytes:
        with door.open(url) as response:
            return response.read(DOCUMENT_BYTES)

    return persistently(url, get)


def persistently(url: str, action: Callable[[], Result]) -> Result:
    """Do `action`, and again after a pause when the network failed it; then DownloadFailed."""
    for pause_s in (*PAUSES_S, None):
        try:
            return action()
        except urllib.error.HTTPError as error:
            reason, hopeless = f"{error.code} {error.reason}", _is_final(error.code)
        except (OSError, http.client.HTTPException) as error:
            reason, hopeless = str(getattr(error, "reason", error)), False
            hopeless = isinstance(error, DownloadFailed)
        if hopeless or pause_s is None:
            raise DownloadFailed(f"{url}: {reason}")
        time.sleep(pause_s)
    raise AssertionError


def is_file(path: Path, sha256: str) -> bool:
    """Whether `path` is there and is the file of that hash."""
    return path.is_file() and sha256_of(path) == sha256


def sha256_of(path: Path) -> str:
    """Return the hash of a whole file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _grow(wanted: Wanted, part: Path, door: Door, advance: Advance) -> None:
    """Append what is missing of `part`; start over where the server cannot resume."""
    held = part.stat().st_size if part.exists() else 0
    if held == wanted.bytes:
        return
    if held > wanted.bytes:
        part.unlink()
        held = 0
    with door.open(wanted.url, held) as response:
        resumed = response.status == HTTPStatus.PARTIAL_CONTENT
        held = held if resumed else 0
        advance(held)
        with part.open("ab" if resumed else "wb") as file:
            while chunk := response.read(CHUNK_BYTES):
                held += len(chunk)
                if held > wanted.bytes:
                    break
                file.write(chunk)
                advance(held)
    if held > wanted.bytes:
        part.unlink()
        raise DownloadFailed(f"longer than the {wanted.bytes} bytes that were recorded")
    if held < wanted.bytes:
        raise OSError(f"ended after {held} of {wanted.bytes} bytes")


def _is_final(status: int) -> bool:
    """Whether asking again is pointless: the server refuses, and is not merely busy."""
    busy = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
    return status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in busy
