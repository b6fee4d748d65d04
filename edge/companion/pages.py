"""What may a browser load, and from whom? The app's own files, with headers that forbid the rest.

Pure, but for reading the files once: a request names one of them or nothing, so no path is ever
made of what a stranger says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from firmware_bridge import browser

APP: Final = Path(__file__).with_name("app")
LIVE: Final = "/live"
"""Where the WebSocket is."""
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), microphone=(self), geolocation=(self), payment=(), usb=()"
    ),
    "Cache-Control": "no-cache",
    "Server": "",
}


SELF: Final = "connect-src 'self'"


def headers(host: str, link_port: int = 0) -> Mapping[str, str]:
    """Return the headers of a page of this host, which may also connect to that port of it."""
    if not link_port:
        return HEADERS
    link = f"wss://{host.rpartition(':')[0]}:{link_port}"
    policy = HEADERS["Content-Security-Policy"].replace(SELF, f"{SELF} {link}")
    return {**HEADERS, "Content-Security-Policy": policy}


@dataclass(frozen=True, slots=True)
class Page:
    """One file."""

    content: bytes
    type: str


def pages(folder: Path = APP) -> dict[str, Page]:
    """Return every file of the app, and what a browser sends by, by its path in an address."""
    found = {
        f"/{path.relative_to(folder).as_posix()}": Page(path.read_bytes(), TYPES[path.suffix])
        for path in folder.rglob("*")
        if path.suffix in TYPES
    }
    shared = {
        f"/{path.name}": Page(path.read_bytes(), TYPES[path.suffix])
        for path in browser.FOLDER.glob("*.js")
    }
    return {**found, **shared, "/": found["/index.html"]}


def is_same_origin(origin: str | None, host: str) -> bool:
    """Say whether whoever opens a WebSocket is our own page, or no browser at all."""
    return origin is None or origin.lower() == f"https://{host.lower()}"
