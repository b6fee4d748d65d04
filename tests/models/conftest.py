"""A folder of models for a test alone, the fetched ones, and a web server that can fail."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from models import fetch, manifest


@dataclass
class Site:
    """A web server on this machine: what it holds, what it was asked, and how often it fails."""

    address: str
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    breaks: int = 0
    """So many answers from now on end in the middle."""
    resumes: bool = True


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve files at an address of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    held = Site(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = _handler(held)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield held
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep models in a folder of this test's own."""
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture(scope="session")
def fetched() -> Callable[[str], Path]:
    """Return the folder of a model, fetching it first if this device lacks it."""

    def folder_of(name: str) -> Path:
        try:
            fetch.fetch([name])
        except fetch.FetchFailed as error:
            pytest.skip(str(error))
        return manifest.folder() / name

    return folder_of


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers)))
            if self.path not in site.files:
                self.send_error(404)
                return
            content, start = site.files[self.path], 0
            if site.resumes and "Range" in self.headers:
                start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            rest = content[start:]
            if site.breaks:
                site.breaks -= 1
                rest = rest[: len(rest) // 2]
            self.wfile.write(rest)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
